output "url" {
  value       = "${local.https ? "https" : "http"}://${var.domain != null ? var.domain.name : aws_lb.this.dns_name}"
  description = "Where callers find the service."
}

output "security_group_id" {
  value       = aws_security_group.this.id
  description = "The load balancer's security group."
}

output "target_group_arn" {
  value       = aws_lb_target_group.this["a"].arn
  description = "Target group of the service."

  # ECS refuses a target group that no listener forwards to.
  depends_on = [aws_lb_listener.http, aws_lb_listener.https]
}

output "alternate" {
  value = var.alternate_target_group ? {
    target_group_arn         = aws_lb_target_group.this["b"].arn
    production_listener_rule = aws_lb_listener_rule.production[0].arn
    test_listener_rule       = aws_lb_listener_rule.test[0].arn
  } : null
  description = "What ECS needs for its own blue/green deployments."
}

output "arn_suffix" {
  value       = aws_lb.this.arn_suffix
  description = "Dimension LoadBalancer of metrics."
}

output "target_group_arn_suffix" {
  value       = aws_lb_target_group.this["a"].arn_suffix
  description = "Dimension TargetGroup of metrics."
}
