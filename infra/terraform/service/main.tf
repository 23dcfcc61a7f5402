# The system: a network, a registry, a bucket of models, a load balancer, the service, and what watches it.

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      project     = var.project
      environment = var.environment
      managed-by  = "terraform"
    }
  }
}

data "aws_caller_identity" "current" {}

data "aws_availability_zones" "available" {
  state = "available"

  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  name         = "${var.project}-${var.environment}"
  service_name = "predictor"
  port         = 8000

  own_repository = var.repository_arn == null
  repository_arn = local.own_repository ? module.registry[0].arn : var.repository_arn
  # arn:aws:ecr:REGION:ACCOUNT:repository/NAME
  repository_parts = split(":", local.own_repository ? "::::::" : var.repository_arn)
  repository_url = local.own_repository ? module.registry[0].url : format(
    "%s.dkr.ecr.%s.amazonaws.com/%s", local.repository_parts[4], local.repository_parts[3], trimprefix(local.repository_parts[5], "repository/"),
  )

  environment = merge(
    {
      HOST         = "0.0.0.0"
      PORT         = tostring(local.port)
      MODEL_BUCKET = module.models.bucket
      MODEL_CACHE  = "/var/cache/predictor"
      # AWS_REGION is set by Fargate, but not where tasks are emulated.
      AWS_REGION = var.region
    },
    var.models == "" ? {} : { MODEL = var.models },
    var.predictor_environment,
  )
}

module "network" {
  source = "../modules/network"

  name                    = local.name
  cidr                    = var.vpc_cidr
  zones                   = slice(sort(data.aws_availability_zones.available.names), 0, var.zone_count)
  egress                  = var.egress
  nat_per_zone            = var.nat_per_zone
  flow_log_retention_days = var.log_retention_days
}

module "registry" {
  source = "../modules/registry"
  count  = local.own_repository ? 1 : 0

  name             = "${local.name}/${local.service_name}"
  kept_images      = var.kept_images
  force_delete     = !var.protect_data
  pull_account_ids = var.repository_pull_account_ids
}

module "models" {
  source = "../modules/models"

  bucket        = "${local.name}-models-${data.aws_caller_identity.current.account_id}"
  force_destroy = !var.protect_data
}

module "load_balancer" {
  source = "../modules/load-balancer"

  name                   = local.name
  vpc_id                 = module.network.vpc_id
  subnet_ids             = module.network.public_subnet_ids
  allowed_cidrs          = var.allowed_cidrs
  port                   = local.port
  certificate_arn        = var.certificate_arn
  domain                 = var.domain
  alternate_target_group = var.blue_green
  deletion_protection    = var.protect_data
}

resource "aws_cloudwatch_log_group" "service" {
  name              = "/ecs/${local.name}/${local.service_name}"
  retention_in_days = var.log_retention_days
}

module "observability" {
  source = "../modules/observability"

  name                     = local.name
  cluster_name             = local.name
  service_name             = local.service_name
  load_balancer_arn_suffix = module.load_balancer.arn_suffix
  target_group_arn_suffix  = module.load_balancer.target_group_arn_suffix
  log_group_name           = aws_cloudwatch_log_group.service.name
  alarm_emails             = var.alarm_emails
  container_insights       = var.container_insights
  latency_p95_seconds      = var.latency_p95_seconds
}

module "service" {
  source = "../modules/service"

  name              = local.name
  service_name      = local.service_name
  image             = coalesce(var.image, "${local.repository_url}:nothing-pushed-yet")
  repository_arn    = local.repository_arn
  cpu               = var.cpu
  memory            = var.memory
  cpu_architecture  = var.cpu_architecture
  port              = local.port
  environment       = local.environment
  desired_count     = var.image == null ? 0 : var.desired_count
  autoscaling       = var.autoscaling
  vpc_id            = module.network.vpc_id
  vpc_cidr          = module.network.cidr
  subnet_ids        = module.network.private_subnet_ids
  s3_prefix_list_id = module.network.s3_prefix_list_id
  internet_egress   = var.egress == "nat"

  load_balancer = {
    security_group_id       = module.load_balancer.security_group_id
    target_group_arn        = module.load_balancer.target_group_arn
    arn_suffix              = module.load_balancer.arn_suffix
    target_group_arn_suffix = module.load_balancer.target_group_arn_suffix
    alternate               = module.load_balancer.alternate
  }

  url                  = module.load_balancer.url
  models_bucket_arn    = module.models.arn
  log_group            = { name = aws_cloudwatch_log_group.service.name, arn = aws_cloudwatch_log_group.service.arn }
  rollback_alarm_names = module.observability.rollback_alarm_names
  container_insights   = var.container_insights
  execute_command      = var.execute_command
}
