# What a plan must contain, and what it must not.

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

run "dev_is_small_and_speaks_http" {
  command = plan

  assert {
    condition     = length(module.network.private_subnet_ids) == 2 && length(module.network.public_subnet_ids) == 2
    error_message = "two zones must have a public and a private subnet each"
  }
  assert {
    condition     = length(module.registry) == 1
    error_message = "dev must have a repository of its own"
  }
  assert {
    condition     = module.service.cluster_name == "quarterdeck-dev" && module.service.service_name == "predictor"
    error_message = "cluster and service must have the names that the pipeline uses"
  }
}

run "the_names_of_prod" {
  command = plan

  variables {
    environment        = "prod"
    nat_per_zone       = true
    container_insights = "enhanced"
    domain             = { name = "predict.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
    alarm_emails       = ["on-call@example.com"]
    repository_arn     = "arn:aws:ecr:eu-west-1:123456789012:repository/quarterdeck-staging/predictor"
  }

  assert {
    condition     = output.url == "https://predict.example.com"
    error_message = "prod must answer by HTTPS under its name"
  }
  assert {
    condition     = output.repository_url == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/quarterdeck-staging/predictor"
    error_message = "prod must pull the image that staging proved"
  }
  assert {
    condition     = length(module.registry) == 0
    error_message = "prod must not have a repository of its own when it promotes from another"
  }
}

run "without_any_way_to_the_internet" {
  command = plan

  variables {
    egress     = "endpoints"
    blue_green = true
  }

  assert {
    condition     = output.blue_green_configuration != null
    error_message = "blue_green must give what ECS needs"
  }
}
