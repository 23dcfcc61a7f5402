//! From an SDK error to a problem in words: what failed, of which kind, and what to do.
//!
//! `Display` of an SDK error says only "service error"; code, message and the chain of sources tell the rest. All text
//! is cleaned here, so a hostile endpoint cannot reach the terminal.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::call::Call;
use super::now;
use crate::model::{ApiProblem, ProblemKind};
use crate::text::clean;

/// What hints need to know about the context.
#[derive(Debug, Clone, Default)]
pub(crate) struct Advice {
    /// The chosen profile.
    pub(crate) profile: Option<String>,
    /// Endpoint of the local stack.
    pub(crate) local: Option<String>,
}

const THROTTLING: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "RequestThrottled",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "SlowDown",
];
const DENIED: &[&str] =
    &["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized", "UnauthorizedException"];
const CREDENTIALS: &[&str] = &[
    "ExpiredTokenException",
    "ExpiredToken",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "InvalidToken",
    "RequestExpired",
    "OptInRequired",
];
const CONFLICT: &[&str] =
    &["ConflictException", "UpdateInProgressException", "ResourceInUseException", "OperationAbortedException"];
const INVALID: &[&str] = &[
    "InvalidParameterException",
    "InvalidParameterValue",
    "InvalidParameterCombination",
    "ValidationException",
    "ValidationError",
    "ClientException",
    "UnsupportedFeatureException",
    "LimitExceededException",
    "ServiceNotActiveException",
];

/// Says what an SDK error means.
pub(crate) fn problem<E>(call: Call, error: &SdkError<E, HttpResponse>, advice: &Advice) -> ApiProblem
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let request_id = error.raw_response().and_then(request_id);
    let mut problem = match error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            by_code(
                call,
                context.err().code().unwrap_or_default(),
                context.err().message().unwrap_or_default(),
                status,
                advice,
            )
        }
        SdkError::ResponseError(context) => by_garbage(context.raw().status().as_u16()),
        SdkError::TimeoutError(_) => no_answer_in_time(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => no_answer_in_time(),
        SdkError::DispatchFailure(failure) if failure.is_io() => unreachable(&chain(error), advice),
        _ => by_chain(error, advice),
    };
    if call.writes && is_uncertain(error, problem.kind) {
        problem.hint = Some(uncertain_hint(problem.kind, problem.hint));
    }
    problem.call = call.name.to_owned();
    problem.request_id = request_id;
    problem.at = now();
    problem
}

/// Whether AWS may have carried out a call that failed so. Its refusals are certain, and a connection that was refused
/// carried nothing.
fn is_uncertain(error: &(dyn Error + 'static), kind: ProblemKind) -> bool {
    let is_refused = |e: &(dyn Error + 'static)| {
        e.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::ConnectionRefused)
    };
    match kind {
        ProblemKind::Timeout | ProblemKind::Service => true,
        ProblemKind::Unreachable => !sources(error).any(is_refused),
        _ => false,
    }
}

/// A change is never repeated by itself, so nothing is promised but a look.
fn uncertain_hint(kind: ProblemKind, hint: Option<String>) -> String {
    let words = "It is not known whether AWS did it; look before retrying.";
    match hint.filter(|_| kind != ProblemKind::Timeout) {
        Some(hint) => format!("{words} {hint}"),
        None => words.to_owned(),
    }
}

/// A credentials failure met outside a service call.
pub(crate) fn credentials_problem(call: &str, error: &CredentialsError, advice: &Advice) -> ApiProblem {
    ApiProblem { call: call.to_owned(), at: now(), ..by_chain(error, advice) }
}

/// A problem that no call had: made here, with its own words.
pub(crate) fn own(kind: ProblemKind, call: &str, message: impl Into<String>, hint: Option<String>) -> ApiProblem {
    let message = clean(&message.into()).into_owned();
    ApiProblem { kind, call: call.to_owned(), message, hint, at: now(), ..ApiProblem::default() }
}

fn by_code(call: Call, code: &str, message: &str, status: u16, advice: &Advice) -> ApiProblem {
    let kind = kind_of(code, message, status);
    ApiProblem {
        kind,
        code: clean(code).into_owned(),
        message: clean(message).into_owned(),
        hint: hint(call, kind, code, message, advice),
        ..ApiProblem::default()
    }
}

fn kind_of(code: &str, message: &str, status: u16) -> ProblemKind {
    let among = |codes: &[&str]| codes.contains(&code);
    if among(THROTTLING) || status == 429 {
        ProblemKind::Throttled
    } else if among(DENIED) {
        ProblemKind::Denied
    } else if among(CREDENTIALS) {
        ProblemKind::Credentials
    } else if code.ends_with("NotFoundException")
        || code.ends_with("NotFound")
        || message.starts_with("Unable to describe task definition")
    {
        ProblemKind::NotFound
    } else if among(CONFLICT) {
        ProblemKind::Conflict
    } else if among(INVALID) {
        ProblemKind::Invalid
    } else if status >= 500 {
        ProblemKind::Service
    } else if status == 403 {
        ProblemKind::Denied
    } else if (400..500).contains(&status) {
        ProblemKind::Invalid
    } else {
        ProblemKind::Service
    }
}

fn hint(call: Call, kind: ProblemKind, code: &str, message: &str, advice: &Advice) -> Option<String> {
    match kind {
        ProblemKind::Denied => {
            let action = denied_action(message).unwrap_or(call.name);
            Some(format!(
                "This identity lacks the IAM action {action}; the README lists the policies the console needs."
            ))
        }
        ProblemKind::Credentials if is_about_the_clock(message) => {
            Some("This machine's clock is off: set it (timedatectl set-ntp true), then try again.".to_owned())
        }
        ProblemKind::Credentials if code == "UnrecognizedClientException" || code == "OptInRequired" => Some(
            "The key is not known in this Region: check the profile, and whether the Region is enabled.".to_owned(),
        ),
        ProblemKind::Credentials => Some(log_in(advice)),
        ProblemKind::Throttled => {
            Some("The account's request allowance is used up; the console slows down by itself.".to_owned())
        }
        ProblemKind::NotFound => not_found_hint(code),
        ProblemKind::Conflict if call.name == "ecs:StopServiceDeployment" => Some(
            "The deployment has ended or is being rolled back already; roll back to an earlier revision instead."
                .to_owned(),
        ),
        ProblemKind::Conflict => Some("Something else changes it right now; look again and retry.".to_owned()),
        _ => None,
    }
}

fn not_found_hint(code: &str) -> Option<String> {
    let words = match code {
        "ClusterNotFoundException" => {
            "No such cluster in this account and Region: check --region, --profile and --cluster."
        }
        "ServiceNotFoundException" => "No such service in this cluster: check --cluster and the name.",
        "RepositoryNotFoundException" => "No such repository in this registry: check the image reference.",
        "ImageNotFoundException" => "No such tag or digest in the repository: see the list of images.",
        "ServiceDeploymentNotFoundException" => "The deployment is gone; look at the newest ones.",
        "ResourceNotFoundException" => "It does not exist (yet) in this account and Region.",
        _ => return None,
    };
    Some(words.to_owned())
}

/// The action in "… is not authorized to perform: ecs:ListServices on resource …".
fn denied_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("perform: ")?;
    let action = rest.split([' ', ',', '.']).next()?;
    let is_action = action.contains(':') && action.chars().all(|c| c.is_ascii_alphanumeric() || c == ':' || c == '-');
    is_action.then_some(action)
}

fn is_about_the_clock(message: &str) -> bool {
    message.contains("Signature expired") || message.contains("Signature not yet current")
}

fn log_in(advice: &Advice) -> String {
    match &advice.profile {
        Some(profile) => format!("Renew the credentials, for example: aws sso login --profile {profile}"),
        None => "Renew the credentials, for example: aws sso login, or choose a profile with --profile".to_owned(),
    }
}

fn by_garbage(status: u16) -> ApiProblem {
    if status >= 500 {
        let message = format!("HTTP {status} with an answer that is not AWS's");
        return ApiProblem { kind: ProblemKind::Service, message, ..ApiProblem::default() };
    }
    ApiProblem {
        kind: ProblemKind::Unreachable,
        message: format!("HTTP {status} with an answer that is not AWS's"),
        hint: Some(
            "Something between here and AWS answers in its place: a captive portal, a proxy, a wrong endpoint."
                .to_owned(),
        ),
        ..ApiProblem::default()
    }
}

fn no_answer_in_time() -> ApiProblem {
    ApiProblem {
        kind: ProblemKind::Timeout,
        message: "no answer in time".to_owned(),
        hint: Some("Check the network, VPN and proxy; the console tries again.".to_owned()),
        ..ApiProblem::default()
    }
}

fn unreachable(chain: &str, advice: &Advice) -> ApiProblem {
    let hint = match &advice.local {
        Some(endpoint) => format!("Is the local stack running at {endpoint}? Start it with: qd local"),
        None => "Check the network, VPN, proxy and Region.".to_owned(),
    };
    ApiProblem {
        kind: ProblemKind::Unreachable,
        message: clean(chain).into_owned(),
        hint: Some(hint),
        ..ApiProblem::default()
    }
}

/// Failures before anything was sent: credentials, Region, construction.
fn by_chain(error: &(dyn Error + 'static), advice: &Advice) -> ApiProblem {
    // The chain lists each provider on a line of its own; the first line says what is wrong.
    let chain = chain(error);
    let message = clean(chain.lines().next().unwrap_or_default()).trim_end_matches(" Attempted:").to_owned();
    let about_credentials = sources(error).any(|e| e.downcast_ref::<CredentialsError>().is_some());
    let lower = chain.to_lowercase();
    let (kind, hint) = if lower.contains("region")
        && (lower.contains("missing") || lower.contains("invalid configuration"))
    {
        (ProblemKind::Credentials, no_region_hint())
    } else if lower.contains("sso token") || lower.contains("sso session") {
        (ProblemKind::Credentials, log_in(advice))
    } else if lower.contains("imds") {
        let words = "No credentials were found, and this machine is no EC2 instance; choose a profile with --profile.";
        (ProblemKind::Credentials, words.to_owned())
    } else if about_credentials {
        (ProblemKind::Credentials, log_in(advice))
    } else {
        return ApiProblem { kind: ProblemKind::Unreachable, message, ..ApiProblem::default() };
    };
    ApiProblem { kind, message, hint: Some(hint), ..ApiProblem::default() }
}

/// What to do without a Region.
pub(crate) fn no_region_hint() -> String {
    "Name a Region: --region eu-west-1, AWS_REGION, or region = … in the profile.".to_owned()
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The texts of an error and all its sources, each said once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words: Vec<String> = Vec::new();
    for source in sources(error) {
        let text = source.to_string();
        if words.iter().all(|known| !known.contains(&text)) {
            words.push(text);
        }
    }
    words.retain(|word| word != "dispatch failure" && word != "other" && !word.is_empty());
    words.join(": ")
}

fn request_id(response: &HttpResponse) -> Option<String> {
    let id = ["x-amzn-requestid", "x-amz-request-id"].into_iter().find_map(|name| response.headers().get(name))?;
    Some(clean(id).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clients::call;

    #[test]
    fn codes_have_kinds() {
        for (code, message, status, kind) in [
            ("ThrottlingException", "Rate exceeded", 400, ProblemKind::Throttled),
            ("Other", "", 429, ProblemKind::Throttled),
            ("AccessDeniedException", "", 400, ProblemKind::Denied),
            ("ExpiredTokenException", "", 400, ProblemKind::Credentials),
            ("UnrecognizedClientException", "", 400, ProblemKind::Credentials),
            ("ClusterNotFoundException", "", 400, ProblemKind::NotFound),
            ("ClientException", "Unable to describe task definition.", 400, ProblemKind::NotFound),
            ("ClientException", "Something is wrong", 400, ProblemKind::Invalid),
            ("ConflictException", "", 400, ProblemKind::Conflict),
            ("ServerException", "", 500, ProblemKind::Service),
            ("", "", 503, ProblemKind::Service),
            ("Unheard", "", 400, ProblemKind::Invalid),
        ] {
            assert_eq!(kind_of(code, message, status), kind, "{code} {status}");
        }
    }

    #[test]
    fn a_denied_call_names_the_missing_action() {
        let message =
            "User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: ecs:ListServices on resource: *";
        let denied = by_code(call::DESCRIBE_SERVICES, "AccessDeniedException", message, 400, &Advice::default());
        assert!(denied.hint.expect("a hint").contains("ecs:ListServices"));
        let silent = by_code(call::DESCRIBE_SERVICES, "AccessDeniedException", "no", 400, &Advice::default());
        assert!(silent.hint.expect("a hint").contains("ecs:DescribeServices"));
    }

    #[test]
    fn hints_lead_to_the_next_step() {
        let advice = Advice { profile: Some("prod".into()), local: None };
        let expired = by_code(call::LIST_TASKS, "ExpiredTokenException", "expired", 400, &advice);
        assert_eq!(expired.hint.as_deref(), Some("Renew the credentials, for example: aws sso login --profile prod"));
        let skew = by_code(call::LIST_TASKS, "InvalidSignatureException", "Signature expired: 2026…", 400, &advice);
        assert!(skew.hint.expect("a hint").contains("clock"));
        let ended = by_code(call::STOP_SERVICE_DEPLOYMENT, "ConflictException", "no", 400, &advice);
        assert!(ended.hint.expect("a hint").contains("has ended"));
    }

    #[test]
    fn a_change_without_an_answer_promises_no_repetition() {
        type Failed = SdkError<aws_sdk_ecs::operation::update_service::UpdateServiceError, HttpResponse>;
        let hint = |call: Call, error: Failed| problem(call, &error, &Advice::default()).hint.unwrap_or_default();
        let connector = |error: std::io::Error| {
            let error = aws_smithy_runtime_api::client::result::ConnectorError::io(error.into());
            Failed::dispatch_failure(error)
        };
        let reset = || connector(std::io::ErrorKind::ConnectionReset.into());
        let refused = || connector(std::io::ErrorKind::ConnectionRefused.into());
        let unknown = "not known whether AWS did it; look before retrying";
        let timeout = || Failed::timeout_error("late");
        assert!(hint(call::LIST_TASKS, timeout()).contains("tries again"));
        assert!(!hint(call::LIST_TASKS, reset()).contains(unknown));
        for (error, uncertain) in [(timeout(), true), (reset(), true), (refused(), false)] {
            let hint = hint(call::UPDATE_SERVICE, error);
            assert_eq!((hint.contains(unknown), hint.contains("tries again")), (uncertain, false), "{hint}");
        }
    }

    #[test]
    fn control_characters_never_pass() {
        let problem = by_code(call::LIST_TASKS, "Code\u{7}", "\u{1b}[2Jmessage", 400, &Advice::default());
        assert_eq!((problem.code.as_str(), problem.message.as_str()), ("Code␇", "message"));
    }
}
