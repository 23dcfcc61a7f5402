variable "project" {
  description = "Prefix of every name."
  type        = string
  default     = "quarterdeck"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,14}[a-z0-9]$", var.project))
    error_message = "project must have 3 to 16 lower-case letters, digits and dashes, and begin with a letter: it becomes part of a bucket's and a load balancer's name."
  }
}

variable "environment" {
  description = "dev, staging or prod."
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod; give it with -var-file=environments/NAME.tfvars."
  }
}

variable "region" {
  description = "Region of everything here."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the code of an AWS Region, such as eu-west-1."
  }
}

variable "image" {
  description = "Image of the first revision, by digest or tag. Null before anything was pushed: the service then starts with no tasks, and the pipeline's first deployment brings them."
  type        = string
  default     = null

  validation {
    condition     = var.image == null || can(regex("^[^\\s:@]+(:[0-9]+)?(/[^\\s:@]+)*(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$", var.image))
    error_message = "image must name a tag or a digest: REPOSITORY:TAG or REPOSITORY@sha256:DIGEST."
  }

  validation {
    condition     = var.image == null || !endswith(coalesce(var.image, "-"), ":latest")
    error_message = "image must not be :latest: nobody could tell later what ran. Give the tag of a commit, or a digest."
  }
}

variable "repository_arn" {
  description = "ARN of another environment's repository to pull from, so that the same digest is promoted. Null makes one here."
  type        = string
  default     = null

  validation {
    condition     = var.repository_arn == null || can(regex("^arn:aws[a-z-]*:ecr:[a-z0-9-]+:[0-9]{12}:repository/.+$", var.repository_arn))
    error_message = "repository_arn must be the ARN of an ECR repository: arn:aws:ecr:REGION:ACCOUNT:repository/NAME (output repository_arn of the environment that builds)."
  }
}

variable "repository_pull_account_ids" {
  description = "Other accounts that may pull from the repository made here."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.repository_pull_account_ids : can(regex("^[0-9]{12}$", id))])
    error_message = "repository_pull_account_ids must hold AWS account numbers of 12 digits."
  }
}

variable "kept_images" {
  description = "How many images the repository keeps."
  type        = number
  default     = 50

  validation {
    condition     = var.kept_images >= 10
    error_message = "kept_images must be at least 10, or a rollback may find its image gone."
  }
}

variable "vpc_cidr" {
  description = "Addresses of the VPC."
  type        = string
  default     = "10.20.0.0/16"

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr)) && try(tonumber(split("/", var.vpc_cidr)[1]), 99) >= 16 && try(tonumber(split("/", var.vpc_cidr)[1]), 99) <= 22
    error_message = "vpc_cidr must be an IPv4 range from /16 to /22, such as 10.20.0.0/16."
  }
}

variable "zone_count" {
  description = "Availability zones to spread over."
  type        = number
  default     = 2

  validation {
    condition     = contains([2, 3], var.zone_count)
    error_message = "zone_count must be 2 or 3; a load balancer needs two."
  }
}

variable "egress" {
  description = "How tasks reach AWS: nat (about 33 USD a month for one gateway) or endpoints (no way to the internet; about 44 USD a month for three endpoints in two zones)."
  type        = string
  default     = "nat"

  validation {
    condition     = contains(["nat", "endpoints"], var.egress)
    error_message = "egress must be nat or endpoints."
  }
}

variable "nat_per_zone" {
  description = "One NAT gateway a zone, so that the loss of a zone takes no other with it."
  type        = bool
  default     = false
}

variable "allowed_cidrs" {
  description = "Who may call the load balancer."
  type        = list(string)
  default     = ["0.0.0.0/0"]

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for cidr in var.allowed_cidrs : can(cidrnetmask(cidr))])
    error_message = "allowed_cidrs must be one or more IPv4 ranges, such as 203.0.113.0/24; 0.0.0.0/0 is everybody."
  }
}

variable "domain" {
  description = "Name to answer under and the Route 53 zone that holds it. With it, HTTPS with a certificate made here."
  type        = object({ name = string, zone_id = string })
  default     = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", try(var.domain.name, "")))
    error_message = "domain.name must be a full host name in lower case, such as predict.example.com."
  }

  validation {
    condition     = var.domain == null || can(regex("^Z[A-Z0-9]+$", try(var.domain.zone_id, "")))
    error_message = "domain.zone_id must be the id of a Route 53 hosted zone; it begins with Z."
  }
}

variable "certificate_arn" {
  description = "A certificate in ACM, in this Region, to use in place of one made here."
  type        = string
  default     = null

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of an ACM certificate: arn:aws:acm:REGION:ACCOUNT:certificate/ID."
  }

  validation {
    condition     = var.certificate_arn == null || try(split(":", var.certificate_arn)[3], "") == var.region
    error_message = "certificate_arn must be in the Region of the load balancer; ACM certificates do not cross Regions."
  }

  validation {
    condition     = var.environment != "prod" || var.certificate_arn != null || var.domain != null
    error_message = "prod answers by HTTPS only: give domain (a certificate is made for it) or certificate_arn."
  }
}

variable "cpu" {
  description = "CPU units of a task; 1024 are one vCPU."
  type        = number
  default     = 256

  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.cpu)
    error_message = "cpu must be 256, 512, 1024, 2048 or 4096: the sizes that Fargate has."
  }
}

variable "memory" {
  description = "Memory of a task in MiB."
  type        = number
  default     = 512

  validation {
    condition = contains(lookup({
      "256"  = [512, 1024, 2048]
      "512"  = range(1024, 4097, 1024)
      "1024" = range(2048, 8193, 1024)
      "2048" = range(4096, 16385, 1024)
      "4096" = range(8192, 30721, 1024)
    }, tostring(var.cpu), []), var.memory)
    error_message = "memory does not go with cpu on Fargate: 256 takes 512, 1024 or 2048; 512 takes 1024 to 4096; 1024 takes 2048 to 8192; 2048 takes 4096 to 16384; 4096 takes 8192 to 30720, in steps of 1024."
  }
}

variable "cpu_architecture" {
  description = "X86_64 or ARM64; the image must have been built for it."
  type        = string
  default     = "X86_64"

  validation {
    condition     = contains(["X86_64", "ARM64"], var.cpu_architecture)
    error_message = "cpu_architecture must be X86_64 or ARM64."
  }
}

variable "desired_count" {
  description = "Tasks at first."
  type        = number
  default     = 2

  validation {
    condition     = var.desired_count >= 1 && var.desired_count == floor(var.desired_count)
    error_message = "desired_count must be a whole number from 1; 2 is the least that survives the loss of a task."
  }
}

variable "autoscaling" {
  description = "Bounds of the number of tasks, and what is aimed at."
  type = object({
    minimum             = optional(number, 2)
    maximum             = optional(number, 6)
    cpu_percent         = optional(number, 60)
    requests_per_target = optional(number, 60000)
  })
  default = {}

  validation {
    condition     = var.autoscaling.minimum >= 1 && var.autoscaling.minimum <= var.autoscaling.maximum
    error_message = "autoscaling.minimum must be at least 1 and not above autoscaling.maximum."
  }

  validation {
    condition     = var.autoscaling.cpu_percent >= 10 && var.autoscaling.cpu_percent <= 90
    error_message = "autoscaling.cpu_percent must lie between 10 and 90."
  }
}

variable "models" {
  description = "Which models the service loads, as its variable MODEL has them: NAME, NAME@VERSION or NAME@approved, separated by commas. Empty serves the models that are part of the program; where none is, all that the registry has approved."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([a-z0-9_-]+(@[A-Za-z0-9._-]+)?(,[a-z0-9_-]+(@[A-Za-z0-9._-]+)?)*)?$", var.models))
    error_message = "models must be NAME, NAME@VERSION or NAME@approved, separated by commas without spaces, such as retail@approved,sentiment@2."
  }
}

variable "predictor_environment" {
  description = "More environment variables of the predictor, such as DEFAULT_MODEL or LOG_LEVEL. Never secrets."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.predictor_environment) : !can(regex("(?i)(secret|password|token|key)", name))])
    error_message = "predictor_environment is readable in every task definition: a name in it looks like a secret. Keep secrets in Secrets Manager."
  }
}

variable "blue_green" {
  description = "A second target group, listener rules and a role, so that ECS's own blue/green deployments can be switched on for the service."
  type        = bool
  default     = false
}

variable "container_insights" {
  description = "enhanced, enabled or disabled. Numbers of tasks are published only with it; it is billed."
  type        = string
  default     = "enabled"

  validation {
    condition     = contains(["enhanced", "enabled", "disabled"], var.container_insights)
    error_message = "container_insights must be enhanced, enabled or disabled."
  }

  validation {
    condition     = var.environment != "prod" || var.container_insights != "disabled"
    error_message = "prod needs container_insights enabled or enhanced: without it no alarm can tell that tasks are missing."
  }
}

variable "log_retention_days" {
  description = "How long log lines are kept."
  type        = number
  default     = 30

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number that CloudWatch Logs knows: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "alarm_emails" {
  description = "Who is written to when an alarm rings. Each must confirm a mail from AWS once."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", email))])
    error_message = "alarm_emails must hold e-mail addresses."
  }

  validation {
    condition     = var.environment != "prod" || length(var.alarm_emails) > 0
    error_message = "prod needs at least one address in alarm_emails: an alarm that nobody hears is none."
  }
}

variable "latency_p95_seconds" {
  description = "Above this 95th percentile of the answer time the alarm rings and a deployment is rolled back."
  type        = number
  default     = 0.5

  validation {
    condition     = var.latency_p95_seconds > 0
    error_message = "latency_p95_seconds must be above 0."
  }
}

variable "execute_command" {
  description = "Whether sessions may be opened in tasks."
  type        = bool
  default     = false
}

variable "protect_data" {
  description = "Whether destroying refuses to take images, models and the load balancer with it. Off only where nothing is worth keeping."
  type        = bool
  default     = true
}
