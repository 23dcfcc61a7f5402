# Wrong variables are refused; roles are named for what they do.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
}

variables {
  region         = "eu-west-1"
  repository     = "example/quarterdeck"
  repository_ids = { owner = 1, repository = 2 }
}

run "three_roles_for_each_environment" {
  command = plan

  assert {
    condition     = length(aws_iam_role.github) == 9
    error_message = "plan, apply and deploy must be roles of their own in each environment"
  }
  assert {
    condition     = aws_s3_bucket.state.bucket == "quarterdeck-state-123456789012"
    error_message = "the state bucket must have the name that the environments' files expect"
  }
  assert {
    condition = alltrue([for key, role in local.roles : alltrue([
      for suffix in role.suffixes : suffix == "pull_request" || startswith(suffix, "environment:")
    ])])
    error_message = "roles must be taken from environments or pull requests, never from any branch"
  }
  assert {
    condition     = toset(local.subjects) == toset(["repo:example/quarterdeck", "repo:example@1/quarterdeck@2"])
    error_message = "both forms of the subject must name one repository exactly"
  }
}

run "a_repository_with_a_star" {
  command = plan
  variables { repository = "example/*" }
  expect_failures = [var.repository]
}

run "an_owner_alone" {
  command = plan
  variables { repository = "example" }
  expect_failures = [var.repository]
}

run "numbers_that_github_never_gave" {
  command = plan
  variables { repository_ids = { owner = 0, repository = 2 } }
  expect_failures = [var.repository_ids]
}

run "an_unknown_environment" {
  command = plan
  variables { environments = ["production"] }
  expect_failures = [var.environments]
}

run "a_region_in_words" {
  command = plan
  variables { region = "Ireland" }
  expect_failures = [var.region]
}
