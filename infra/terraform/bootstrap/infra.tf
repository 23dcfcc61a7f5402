# What planning and applying the service root takes: every action by its name, bound to this project's names wherever AWS
# has names to bind to, and to one Region elsewhere. Planning from a pull request reads and cannot lock.

locals {
  # Things without names of ours: networks, load balancers, certificates, scaling. No resource to bind to when reading.
  read_anywhere = [
    "acm:DescribeCertificate", "acm:ListTagsForCertificate",
    "application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:ListTagsForResource",
    "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource",
    "ec2:DescribeAddresses", "ec2:DescribeAddressesAttribute", "ec2:DescribeAvailabilityZones", "ec2:DescribeFlowLogs",
    "ec2:DescribeInternetGateways", "ec2:DescribeManagedPrefixLists", "ec2:DescribeNatGateways", "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs",
    "ecs:DescribeClusters", "ecs:DescribeServices", "ecs:DescribeTaskDefinition", "ecs:ListTagsForResource",
    "elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes", "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "logs:DescribeLogGroups", "logs:DescribeMetricFilters",
    "route53:GetChange", "route53:GetHostedZone", "route53:ListResourceRecordSets",
  ]

  read_named = [
    "ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource",
    "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule",
    "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "logs:ListTagsForResource",
    "s3:GetAccelerateConfiguration", "s3:GetBucketAcl", "s3:GetBucketCORS", "s3:GetBucketLogging",
    "s3:GetBucketObjectLockConfiguration", "s3:GetBucketOwnershipControls", "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock", "s3:GetBucketRequestPayment", "s3:GetBucketTagging", "s3:GetBucketVersioning",
    "s3:GetBucketWebsite", "s3:GetEncryptionConfiguration", "s3:GetLifecycleConfiguration",
    "s3:GetReplicationConfiguration", "s3:ListBucket",
    "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:ListTagsForResource",
  ]

  write_anywhere = [
    "acm:AddTagsToCertificate", "acm:DeleteCertificate", "acm:RequestCertificate",
    "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:DeregisterScalableTarget",
    "application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget",
    "application-autoscaling:TagResource", "application-autoscaling:UntagResource",
    "ec2:AllocateAddress", "ec2:AssociateRouteTable", "ec2:AttachInternetGateway",
    "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateFlowLogs", "ec2:CreateInternetGateway", "ec2:CreateNatGateway", "ec2:CreateRoute", "ec2:CreateRouteTable",
    "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpc", "ec2:CreateVpcEndpoint",
    "ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway", "ec2:DeleteNatGateway", "ec2:DeleteRoute", "ec2:DeleteRouteTable",
    "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints",
    "ec2:DetachInternetGateway", "ec2:DisassociateAddress", "ec2:DisassociateRouteTable",
    "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
    "ec2:ReleaseAddress", "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation",
    "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
    "ec2:UpdateSecurityGroupRuleDescriptionsEgress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
    "ecs:CreateCluster", "ecs:DeregisterTaskDefinition", "ecs:RegisterTaskDefinition",
    "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:CreateLoadBalancer",
    "elasticloadbalancing:CreateRule", "elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:DeleteListener",
    "elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:DeleteRule",
    "elasticloadbalancing:DeleteTargetGroup", "elasticloadbalancing:ModifyListener",
    "elasticloadbalancing:ModifyListenerAttributes", "elasticloadbalancing:ModifyLoadBalancerAttributes",
    "elasticloadbalancing:ModifyRule", "elasticloadbalancing:ModifyTargetGroup",
    "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:RemoveTags",
    "elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets",
  ]

  write_named = [
    "cloudwatch:DeleteAlarms", "cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard", "cloudwatch:PutMetricAlarm",
    "cloudwatch:TagResource", "cloudwatch:UntagResource",
    "ecr:CreateRepository", "ecr:DeleteLifecyclePolicy", "ecr:DeleteRepository", "ecr:DeleteRepositoryPolicy",
    "ecr:PutImageScanningConfiguration", "ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy",
    "ecr:SetRepositoryPolicy", "ecr:TagResource", "ecr:UntagResource",
    "ecs:CreateService", "ecs:DeleteCluster", "ecs:DeleteService", "ecs:PutClusterCapacityProviders", "ecs:TagResource",
    "ecs:UntagResource", "ecs:UpdateCluster", "ecs:UpdateClusterSettings", "ecs:UpdateService",
    "events:DeleteRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:TagResource",
    "events:UntagResource",
    "iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
    "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy",
    "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteMetricFilter", "logs:PutMetricFilter",
    "logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
    "s3:CreateBucket", "s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy", "s3:PutBucketPublicAccessBlock", "s3:PutBucketTagging", "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration", "s3:PutLifecycleConfiguration",
    "sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:Subscribe", "sns:TagResource",
    "sns:Unsubscribe", "sns:UntagResource",
  ]

  # Names that the service root gives in one environment.
  named = { for environment in var.environments : environment => [for pattern in [
    "cloudwatch:${var.region}:${local.account}:alarm:NAME-*",
    "cloudwatch::${local.account}:dashboard/NAME",
    "ecr:${var.region}:${local.account}:repository/NAME/*",
    "ecs:${var.region}:${local.account}:cluster/NAME",
    "ecs:${var.region}:${local.account}:service/NAME/*",
    "ecs:${var.region}:${local.account}:task-definition/predictor:*",
    "events:${var.region}:${local.account}:rule/NAME-*",
    "iam::${local.account}:role/NAME-execution",
    "iam::${local.account}:role/NAME-flow-logs",
    "iam::${local.account}:role/NAME-task",
    "iam::${local.account}:role/NAME-traffic",
    "logs:${var.region}:${local.account}:log-group:/ecs/NAME/*",
    "logs:${var.region}:${local.account}:log-group:/vpc/NAME*",
    "s3:::NAME-models-${local.account}",
    "sns:${var.region}:${local.account}:NAME-alarms*",
  ] : "arn:${local.partition}:${replace(pattern, "NAME", "${var.project}-${environment}")}"] }
}

data "aws_iam_policy_document" "plan" {
  for_each = var.environments

  statement {
    sid       = "Read"
    actions   = local.read_anywhere
    resources = ["*"]
  }

  statement {
    sid       = "ReadNamed"
    actions   = local.read_named
    resources = local.named[each.key]
  }

  statement {
    sid       = "FindState"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.state.arn]
  }

  statement {
    sid       = "ReadState"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.state.arn}/${each.key}/*"]
  }
}

data "aws_iam_policy_document" "apply" {
  for_each = var.environments

  statement {
    sid       = "Change"
    actions   = local.write_anywhere
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  statement {
    sid       = "ChangeNamed"
    actions   = local.write_named
    resources = local.named[each.key]
  }

  statement {
    sid       = "ChangeRecords"
    actions   = ["route53:ChangeResourceRecordSets"]
    resources = ["arn:${local.partition}:route53:::hostedzone/*"]
  }

  statement {
    sid       = "HandServicesTheirRoles"
    actions   = ["iam:PassRole"]
    resources = [for suffix in ["execution", "task", "traffic", "flow-logs"] : "arn:${local.partition}:iam::${local.account}:role/${var.project}-${each.key}-${suffix}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com", "vpc-flow-logs.amazonaws.com"]
    }
  }

  # A new account lacks them; AWS makes them when they are first needed.
  statement {
    sid       = "LetServicesMakeTheirOwnRoles"
    actions   = ["iam:CreateServiceLinkedRole"]
    resources = ["arn:${local.partition}:iam::${local.account}:role/aws-service-role/*"]

    condition {
      test     = "StringEquals"
      variable = "iam:AWSServiceName"
      values = [
        "ecs.amazonaws.com", "ecs.application-autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com",
      ]
    }
  }

  statement {
    sid       = "WriteState"
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.state.arn}/${each.key}/*"]
  }

  statement {
    sid       = "GiveBackTheLock"
    actions   = ["s3:DeleteObject"]
    resources = ["${aws_s3_bucket.state.arn}/${each.key}/*.tflock"]
  }
}

resource "aws_iam_role_policy" "plan" {
  for_each = local.roles_that_read

  name   = "read"
  role   = aws_iam_role.github[each.key].id
  policy = data.aws_iam_policy_document.plan[each.value.environment].json
}

# Together with the reading policy too long for an inline one: a role's own policies may hold 10,240 characters.
resource "aws_iam_policy" "apply" {
  for_each = var.environments

  name   = "${var.project}-${each.key}-apply"
  policy = data.aws_iam_policy_document.apply[each.key].json
}

resource "aws_iam_role_policy_attachment" "apply" {
  for_each = var.environments

  role       = aws_iam_role.github["apply-${each.key}"].name
  policy_arn = aws_iam_policy.apply[each.key].arn
}

locals {
  roles_that_read = { for key, role in local.roles : key => role if contains(["plan", "apply"], role.task) }
}
