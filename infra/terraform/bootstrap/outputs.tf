output "state_bucket" {
  value       = aws_s3_bucket.state.bucket
  description = "For environments/NAME.s3.tfbackend of the service root."
}

output "role_arns" {
  value       = { for key, role in aws_iam_role.github : key => role.arn }
  description = "For the variables AWS_PLAN_ROLE, AWS_APPLY_ROLE and AWS_DEPLOY_ROLE of each GitHub environment."
}
