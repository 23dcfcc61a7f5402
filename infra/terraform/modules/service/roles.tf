# Two roles: what ECS needs to start a task, and what the program in it may do.

data "aws_iam_policy_document" "trust_tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "execution" {
  # ECR's token is not bound to a repository; AWS allows no narrower resource.
  statement {
    sid       = "SignInToRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "PullImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [var.repository_arn]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${var.log_group.arn}:*"]
  }
}

resource "aws_iam_role" "execution" {
  name               = "${var.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.trust_tasks.json
}

resource "aws_iam_role_policy" "execution" {
  name   = "start-tasks"
  role   = aws_iam_role.execution.id
  policy = data.aws_iam_policy_document.execution.json
}

data "aws_iam_policy_document" "task" {
  statement {
    sid       = "ListModels"
    actions   = ["s3:ListBucket"]
    resources = [var.models_bucket_arn]
  }

  statement {
    sid       = "FetchModels"
    actions   = ["s3:GetObject"]
    resources = ["${var.models_bucket_arn}/*"]
  }

  dynamic "statement" {
    for_each = var.execute_command ? ["session"] : []

    content {
      sid = "OpenSessions"
      actions = [
        "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
      ]
      resources = ["*"]
    }
  }
}

resource "aws_iam_role" "task" {
  name               = "${var.name}-task"
  assume_role_policy = data.aws_iam_policy_document.trust_tasks.json
}

resource "aws_iam_role_policy" "task" {
  name   = "fetch-models"
  role   = aws_iam_role.task.id
  policy = data.aws_iam_policy_document.task.json
}

# With this ECS moves the load balancer's traffic itself in blue/green deployments.
data "aws_iam_policy_document" "trust_ecs" {
  count = var.load_balancer.alternate == null ? 0 : 1

  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "traffic" {
  count = var.load_balancer.alternate == null ? 0 : 1

  name               = "${var.name}-traffic"
  assume_role_policy = data.aws_iam_policy_document.trust_ecs[0].json
}

resource "aws_iam_role_policy_attachment" "traffic" {
  count = var.load_balancer.alternate == null ? 0 : 1

  role       = aws_iam_role.traffic[0].name
  policy_arn = "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers"
}
