# One page for a person who was just woken: is it answering, how fast, with what, since when.

data "aws_region" "current" {}

locals {
  charts = [
    {
      title = "Requests and errors", stat = "Sum"
      metrics = [
        ["AWS/ApplicationELB", "RequestCount", "LoadBalancer", var.load_balancer_arn_suffix],
        ["AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", "LoadBalancer", var.load_balancer_arn_suffix],
        ["AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "LoadBalancer", var.load_balancer_arn_suffix],
        ["AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", "LoadBalancer", var.load_balancer_arn_suffix],
      ]
    },
    {
      title = "Answer time in seconds", stat = "p50"
      metrics = [
        ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.load_balancer_arn_suffix, { stat = "p50" }],
        ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.load_balancer_arn_suffix, { stat = "p95" }],
        ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", var.load_balancer_arn_suffix, { stat = "p99" }],
      ]
    },
    {
      title = "CPU and memory in percent", stat = "Average"
      metrics = [
        ["AWS/ECS", "CPUUtilization", "ClusterName", var.cluster_name, "ServiceName", var.service_name],
        ["AWS/ECS", "MemoryUtilization", "ClusterName", var.cluster_name, "ServiceName", var.service_name],
      ]
    },
    {
      title = "Tasks", stat = "Average"
      metrics = [
        ["ECS/ContainerInsights", "DesiredTaskCount", "ClusterName", var.cluster_name, "ServiceName", var.service_name],
        ["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", var.cluster_name, "ServiceName", var.service_name],
        ["ECS/ContainerInsights", "PendingTaskCount", "ClusterName", var.cluster_name, "ServiceName", var.service_name],
      ]
    },
    {
      title = "Healthy and unhealthy targets", stat = "Average"
      metrics = [
        ["AWS/ApplicationELB", "HealthyHostCount", "TargetGroup", var.target_group_arn_suffix, "LoadBalancer", var.load_balancer_arn_suffix],
        ["AWS/ApplicationELB", "UnHealthyHostCount", "TargetGroup", var.target_group_arn_suffix, "LoadBalancer", var.load_balancer_arn_suffix],
      ]
    },
    {
      title = "Network in bytes a second", stat = "Average"
      metrics = [
        ["ECS/ContainerInsights", "NetworkRxBytes", "ClusterName", var.cluster_name, "ServiceName", var.service_name],
        ["ECS/ContainerInsights", "NetworkTxBytes", "ClusterName", var.cluster_name, "ServiceName", var.service_name],
      ]
    },
  ]

  alarm_arns = concat(
    [for alarm in aws_cloudwatch_metric_alarm.single : alarm.arn],
    [aws_cloudwatch_metric_alarm.errors.arn],
    aws_cloudwatch_metric_alarm.tasks[*].arn,
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name

  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm", x = 0, y = 0, width = 24, height = 3
        properties = { title = "Alarms", alarms = local.alarm_arns }
      }],
      [for index, chart in local.charts : {
        type = "metric", x = 12 * (index % 2), y = 3 + 6 * floor(index / 2), width = 12, height = 6
        properties = {
          title  = chart.title, view = "timeSeries", stacked = false, period = 60
          region = data.aws_region.current.name, stat = chart.stat, metrics = chart.metrics
        }
      }],
      [{
        type = "log", x = 0, y = 21, width = 24, height = 6
        properties = {
          title = "Latest warnings and errors", region = data.aws_region.current.name, view = "table"
          query = "SOURCE '${var.log_group_name}' | fields @timestamp, level, message, path, status | filter level in ['error', 'warn'] | sort @timestamp desc | limit 50"
        }
      }],
    )
  })
}
