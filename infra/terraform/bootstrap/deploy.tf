# What a deployment may do: push an image, register a revision, move one service, read how it goes. Nothing else.

locals {
  deploy_environments = { for environment in var.environments : environment => "${var.project}-${environment}" }
}

data "aws_iam_policy_document" "deploy" {
  for_each = local.deploy_environments

  statement {
    sid       = "SignInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid = "PushAndReadImages"
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImageScanFindings",
      "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload",
      "ecr:ListImages", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    resources = ["arn:${local.partition}:ecr:${var.region}:${local.account}:repository/${each.value}/*"]
  }

  # The digest that prod gets was built and proven in staging.
  dynamic "statement" {
    for_each = each.key == "prod" ? ["staging"] : []

    content {
      sid = "ReadWhatIsPromoted"
      actions = [
        "ecr:BatchGetImage", "ecr:DescribeImageScanFindings", "ecr:DescribeImages", "ecr:DescribeRepositories",
        "ecr:GetDownloadUrlForLayer", "ecr:ListImages",
      ]
      resources = ["arn:${local.partition}:ecr:${var.region}:${local.account}:repository/${var.project}-staging/*"]
    }
  }

  # ECS knows no narrower resource for these.
  statement {
    sid = "RegisterRevisions"
    actions = [
      "ecs:DescribeTaskDefinition", "ecs:ListClusters", "ecs:ListTaskDefinitions", "ecs:RegisterTaskDefinition",
    ]
    resources = ["*"]
  }

  statement {
    sid = "MoveTheService"
    actions = [
      "ecs:DescribeServiceDeployments", "ecs:DescribeServiceRevisions", "ecs:DescribeServices",
      "ecs:ListServiceDeployments", "ecs:ListTagsForResource", "ecs:StopServiceDeployment", "ecs:UpdateService",
    ]
    resources = [
      "arn:${local.partition}:ecs:${var.region}:${local.account}:service/${each.value}/*",
      "arn:${local.partition}:ecs:${var.region}:${local.account}:service-deployment/${each.value}/*",
      "arn:${local.partition}:ecs:${var.region}:${local.account}:service-revision/${each.value}/*",
    ]
  }

  statement {
    sid     = "SeeClusterAndTasks"
    actions = ["ecs:DescribeClusters", "ecs:DescribeTasks"]
    resources = [
      "arn:${local.partition}:ecs:${var.region}:${local.account}:cluster/${each.value}",
      "arn:${local.partition}:ecs:${var.region}:${local.account}:task/${each.value}/*",
    ]
  }

  statement {
    sid       = "ListServicesAndTasks"
    actions   = ["ecs:ListServices", "ecs:ListTasks"]
    resources = ["*"]

    condition {
      test     = "ArnEquals"
      variable = "ecs:cluster"
      values   = ["arn:${local.partition}:ecs:${var.region}:${local.account}:cluster/${each.value}"]
    }
  }

  statement {
    sid       = "SeeAlarmsAndMetrics"
    actions   = ["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"]
    resources = ["*"]
  }

  # Before a deployment qd looks whether the log group of its containers is there.
  statement {
    sid       = "FindLogGroups"
    actions   = ["logs:DescribeLogGroups"]
    resources = ["arn:${local.partition}:logs:${var.region}:${local.account}:log-group:*"]
  }

  statement {
    sid       = "ReadLogs"
    actions   = ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"]
    resources = ["arn:${local.partition}:logs:${var.region}:${local.account}:log-group:/ecs/${each.value}/*"]
  }

  statement {
    sid     = "RegisterAndApproveModels"
    actions = ["s3:GetObject", "s3:ListBucket", "s3:PutObject"]
    resources = [
      "arn:${local.partition}:s3:::${each.value}-models-${local.account}",
      "arn:${local.partition}:s3:::${each.value}-models-${local.account}/*",
    ]
  }

  statement {
    sid     = "HandTasksTheirRoles"
    actions = ["iam:PassRole"]
    resources = [
      "arn:${local.partition}:iam::${local.account}:role/${each.value}-execution",
      "arn:${local.partition}:iam::${local.account}:role/${each.value}-task",
    ]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com"]
    }
  }
}

resource "aws_iam_role_policy" "deploy" {
  for_each = local.deploy_environments

  name   = "deploy"
  role   = aws_iam_role.github["deploy-${each.key}"].id
  policy = data.aws_iam_policy_document.deploy[each.key].json
}
