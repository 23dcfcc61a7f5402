output "url" {
  value       = module.load_balancer.url
  description = "Where the predictor answers."
}

output "cluster_name" {
  value       = module.service.cluster_name
  description = "Cluster, for qd and the pipeline."
}

output "service_name" {
  value       = module.service.service_name
  description = "Service, for qd and the pipeline."
}

output "repository_url" {
  value       = local.repository_url
  description = "Where images are pushed to."
}

output "repository_arn" {
  value       = local.repository_arn
  description = "For the environment that promotes from this one."
}

output "models_bucket" {
  value       = module.models.bucket
  description = "Bucket of the model registry: MODEL_STORE=s3://BUCKET."
}

output "log_group" {
  value       = aws_cloudwatch_log_group.service.name
  description = "The predictor's log lines."
}

output "alarm_names" {
  value       = module.observability.alarm_names
  description = "All alarms."
}

output "dashboard_name" {
  value       = module.observability.dashboard_name
  description = "The CloudWatch dashboard."
}

output "role_arns" {
  value       = module.service.role_arns
  description = "Roles that a deployment hands to ECS."
}

# What `aws ecs update-service` must be given once so that every later deployment is blue/green.
output "blue_green_configuration" {
  value = module.load_balancer.alternate == null ? null : {
    alternateTargetGroupArn = module.load_balancer.alternate.target_group_arn
    productionListenerRule  = module.load_balancer.alternate.production_listener_rule
    testListenerRule        = module.load_balancer.alternate.test_listener_rule
    roleArn                 = module.service.role_arns.traffic
  }
  description = "advancedConfiguration of the service's load balancer, if blue_green is on."
}
