# Once for each account, by hand, with an administrator's credentials: where the state lives, and who may change what.
# Its own state is small and can stay on the machine that made it, or be moved into the bucket afterwards.

provider "aws" {
  region = var.region

  default_tags {
    tags = { project = var.project, managed-by = "terraform" }
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
}

resource "aws_s3_bucket" "state" {
  bucket = "${var.project}-state-${local.account}"

  # Who loses the state loses the system.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-states"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 365
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}

data "aws_iam_policy_document" "tls_only" {
  statement {
    sid       = "RefusePlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.state.arn, "${aws_s3_bucket.state.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "tls_only" {
  bucket = aws_s3_bucket.state.id
  policy = data.aws_iam_policy_document.tls_only.json

  depends_on = [aws_s3_bucket_public_access_block.state]
}

resource "aws_iam_openid_connect_provider" "github" {
  count = var.create_oidc_provider ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  issuer       = "token.actions.githubusercontent.com"
  provider_arn = "arn:${local.partition}:iam::${local.account}:oidc-provider/${local.issuer}"

  # Repositories made or renamed since 2026-07-15 put their numbers into the subject; both forms name one repository
  # exactly.
  owner = split("/", var.repository)[0]
  name  = split("/", var.repository)[1]
  subjects = [
    "repo:${var.repository}",
    "repo:${local.owner}@${var.repository_ids.owner}/${local.name}@${var.repository_ids.repository}",
  ]

  # plan: from pull requests, reads. apply and deploy: from their environment only, which GitHub guards with reviewers.
  roles = merge([for environment in var.environments : {
    "plan-${environment}"   = { environment = environment, task = "plan", suffixes = ["pull_request", "environment:${environment}-plan"] }
    "apply-${environment}"  = { environment = environment, task = "apply", suffixes = ["environment:${environment}-infra"] }
    "deploy-${environment}" = { environment = environment, task = "deploy", suffixes = ["environment:${environment}"] }
  }]...)
}

data "aws_iam_policy_document" "trust" {
  for_each = local.roles

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = [local.provider_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:aud"
      values   = ["sts.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "${local.issuer}:sub"
      values   = [for pair in setproduct(local.subjects, each.value.suffixes) : "${pair[0]}:${pair[1]}"]
    }
  }
}

resource "aws_iam_role" "github" {
  for_each = local.roles

  name                 = "${var.project}-${each.key}"
  description          = "Workflows of ${var.repository}: ${each.value.task} of ${each.value.environment}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 3600

  depends_on = [aws_iam_openid_connect_provider.github]
}
