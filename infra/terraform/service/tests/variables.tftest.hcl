# Wrong variables are refused before anything is touched, each with words that say what to give.

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  environment = "dev"
  region      = "eu-west-1"
}

run "an_unknown_environment" {
  command = plan
  variables { environment = "production" }
  expect_failures = [var.environment]
}

run "a_region_in_words" {
  command = plan
  variables { region = "Ireland" }
  expect_failures = [var.region]
}

run "a_name_that_no_bucket_can_have" {
  command = plan
  variables { project = "Quarter_Deck" }
  expect_failures = [var.project]
}

run "an_image_without_a_version" {
  command = plan
  variables { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/predictor" }
  expect_failures = [var.image]
}

run "an_image_that_moves" {
  command = plan
  variables { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/predictor:latest" }
  expect_failures = [var.image]
}

run "a_repository_by_its_address" {
  command = plan
  variables { repository_arn = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/predictor" }
  expect_failures = [var.repository_arn]
}

run "a_network_that_is_too_small" {
  command = plan
  variables { vpc_cidr = "10.0.0.0/24" }
  expect_failures = [var.vpc_cidr]
}

run "a_network_that_is_none" {
  command = plan
  variables { vpc_cidr = "10.0.0/16" }
  expect_failures = [var.vpc_cidr]
}

run "one_zone" {
  command = plan
  variables { zone_count = 1 }
  expect_failures = [var.zone_count]
}

run "an_unknown_way_out" {
  command = plan
  variables { egress = "internet" }
  expect_failures = [var.egress]
}

run "nobody_may_call" {
  command = plan
  variables { allowed_cidrs = [] }
  expect_failures = [var.allowed_cidrs]
}

run "a_size_that_fargate_lacks" {
  command = plan
  variables { cpu = 300 }
  expect_failures = [var.cpu]
}

run "memory_that_does_not_go_with_cpu" {
  command = plan
  variables {
    cpu    = 256
    memory = 4096
  }
  expect_failures = [var.memory]
}

run "bounds_the_wrong_way_round" {
  command = plan
  variables { autoscaling = { minimum = 5, maximum = 2 } }
  expect_failures = [var.autoscaling]
}

run "a_model_reference_with_spaces" {
  command = plan
  variables { models = "retail @approved" }
  expect_failures = [var.models]
}

run "a_secret_in_plain_sight" {
  command = plan
  variables { predictor_environment = { ADMIN_TOKEN = "x" } }
  expect_failures = [var.predictor_environment]
}

run "a_retention_that_cloudwatch_lacks" {
  command = plan
  variables { log_retention_days = 10 }
  expect_failures = [var.log_retention_days]
}

run "something_else_than_an_address" {
  command = plan
  variables { alarm_emails = ["on-call"] }
  expect_failures = [var.alarm_emails]
}

run "prod_without_a_certificate" {
  command = plan
  variables {
    environment  = "prod"
    alarm_emails = ["on-call@example.com"]
  }
  expect_failures = [var.certificate_arn]
}

run "prod_without_anybody_to_write_to" {
  command = plan
  variables {
    environment = "prod"
    domain      = { name = "predict.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }
  expect_failures = [var.alarm_emails]
}

run "a_certificate_of_another_region" {
  command = plan
  variables { certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/a" }
  expect_failures = [var.certificate_arn]
}
