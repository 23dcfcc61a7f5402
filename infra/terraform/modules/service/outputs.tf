output "cluster_name" {
  value       = aws_ecs_cluster.this.name
  description = "The cluster."
}

output "cluster_arn" {
  value       = aws_ecs_cluster.this.arn
  description = "Its ARN."
}

output "service_name" {
  value       = aws_ecs_service.this.name
  description = "The service."
}

output "task_definition_family" {
  value       = aws_ecs_task_definition.this.family
  description = "Family of the task definitions that the pipeline registers."
}

output "role_arns" {
  value       = { execution = aws_iam_role.execution.arn, task = aws_iam_role.task.arn, traffic = one(aws_iam_role.traffic[*].arn) }
  description = "Roles that a deployment hands to ECS."
}
