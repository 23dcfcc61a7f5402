output "rollback_alarm_names" {
  value       = [aws_cloudwatch_metric_alarm.errors.alarm_name, aws_cloudwatch_metric_alarm.single["latency-p95"].alarm_name]
  description = "Alarms that tell of a bad deployment; not those that a deployment rings by itself."
}

output "alarm_names" {
  value = concat(
    [for alarm in aws_cloudwatch_metric_alarm.single : alarm.alarm_name],
    [aws_cloudwatch_metric_alarm.errors.alarm_name], aws_cloudwatch_metric_alarm.tasks[*].alarm_name,
  )
  description = "All alarms."
}

output "topic_arn" {
  value       = aws_sns_topic.alarms.arn
  description = "Where alarms are published."
}

output "dashboard_name" {
  value       = aws_cloudwatch_dashboard.this.dashboard_name
  description = "The dashboard."
}
