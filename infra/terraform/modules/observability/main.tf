# What rings, what is written to, and one dashboard. Names of metrics as AWS publishes them: AWS/ECS, AWS/ApplicationELB,
# ECS/ContainerInsights; drift comes from the predictor's own log lines.

locals {
  drift_namespace = "Quarterdeck/Predictor"
  ecs             = { ClusterName = var.cluster_name, ServiceName = var.service_name }
  balancer        = { LoadBalancer = var.load_balancer_arn_suffix }
  targets         = { LoadBalancer = var.load_balancer_arn_suffix, TargetGroup = var.target_group_arn_suffix }

  # Alarms on one metric each. `rollback` also rolls a deployment back while it is under way.
  alarms = {
    cpu-high = {
      description = "CPU above 80 % for three minutes: scale out, or look for a loop", namespace = "AWS/ECS", metric = "CPUUtilization"
      dimensions  = local.ecs, statistic = "Average", percentile = null, operator = "GreaterThanThreshold", threshold = 80, periods = 3
    }
    memory-high = {
      description = "Memory above 85 % for three minutes: a leak, or too small a task", namespace = "AWS/ECS", metric = "MemoryUtilization"
      dimensions  = local.ecs, statistic = "Average", percentile = null, operator = "GreaterThanThreshold", threshold = 85, periods = 3
    }
    latency-p95 = {
      description = "95 of 100 answers take up to this long: it is too long", namespace = "AWS/ApplicationELB", metric = "TargetResponseTime"
      dimensions  = local.balancer, statistic = null, percentile = "p95", operator = "GreaterThanThreshold", threshold = var.latency_p95_seconds, periods = 3
    }
    unhealthy-hosts = {
      description = "A task fails its health check", namespace = "AWS/ApplicationELB", metric = "UnHealthyHostCount"
      dimensions  = local.targets, statistic = "Maximum", percentile = null, operator = "GreaterThanThreshold", threshold = 0, periods = 3
    }
    drift = {
      description = "Inputs or predictions no longer look like the training data: see /v1/models/NAME/drift", namespace = local.drift_namespace, metric = "DriftDetected"
      dimensions  = {}, statistic = "Sum", percentile = null, operator = "GreaterThanThreshold", threshold = 0, periods = 1
    }
  }
}

resource "aws_sns_topic" "alarms" {
  name = "${var.name}-alarms"
}

data "aws_iam_policy_document" "topic" {
  statement {
    sid       = "AlarmsAndDeploymentsPublish"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    }
  }
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.topic.json
}

resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alarm_emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_cloudwatch_metric_alarm" "single" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  extended_statistic  = each.value.percentile
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

# A share needs traffic to mean something: below one request a second over the minute, one error is not a trend.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.name}-5xx-rate"
  alarm_description   = "More than 5 % of requests end in a server's error"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  evaluation_periods  = 2
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "rate"
    label       = "5xx in percent"
    expression  = "IF(requests > 60, 100 * (FILL(targets, 0) + FILL(balancer, 0)) / requests, 0)"
    return_data = true
  }

  metric_query {
    id = "requests"

    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "RequestCount"
      dimensions  = local.balancer
      period      = 60
      stat        = "Sum"
    }
  }

  metric_query {
    id = "targets"

    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "HTTPCode_Target_5XX_Count"
      dimensions  = local.balancer
      period      = 60
      stat        = "Sum"
    }
  }

  metric_query {
    id = "balancer"

    metric {
      namespace   = "AWS/ApplicationELB"
      metric_name = "HTTPCode_ELB_5XX_Count"
      dimensions  = local.balancer
      period      = 60
      stat        = "Sum"
    }
  }
}

# Only Container Insights knows numbers of tasks; AWS/ECS has no such metric. No data at all is a reason to ring.
resource "aws_cloudwatch_metric_alarm" "tasks" {
  count = var.container_insights == "disabled" ? 0 : 1

  alarm_name          = "${var.name}-tasks-below-desired"
  alarm_description   = "Fewer tasks run than are wanted, for five minutes"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 5
  datapoints_to_alarm = 5
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  metric_query {
    id          = "missing"
    label       = "Tasks missing"
    expression  = "desired - running"
    return_data = true
  }

  metric_query {
    id = "desired"

    metric {
      namespace   = "ECS/ContainerInsights"
      metric_name = "DesiredTaskCount"
      dimensions  = local.ecs
      period      = 60
      stat        = "Average"
    }
  }

  metric_query {
    id = "running"

    metric {
      namespace   = "ECS/ContainerInsights"
      metric_name = "RunningTaskCount"
      dimensions  = local.ecs
      period      = 60
      stat        = "Average"
    }
  }
}

resource "aws_cloudwatch_log_metric_filter" "drift" {
  name           = "${var.name}-drift"
  log_group_name = var.log_group_name
  pattern        = "{ $.message = \"drift began\" }"

  metric_transformation {
    namespace = local.drift_namespace
    name      = "DriftDetected"
    value     = "1"
  }
}

# A deployment that failed is news, whoever started it.
resource "aws_cloudwatch_event_rule" "deployments" {
  name        = "${var.name}-deployment-failed"
  description = "Deployments of the service that failed"

  event_pattern = jsonencode({
    source      = ["aws.ecs"]
    detail-type = ["ECS Deployment State Change"]
    resources   = [{ suffix = "service/${var.cluster_name}/${var.service_name}" }]
    detail      = { eventName = ["SERVICE_DEPLOYMENT_FAILED"] }
  })
}

resource "aws_cloudwatch_event_target" "deployments" {
  rule = aws_cloudwatch_event_rule.deployments.name
  arn  = aws_sns_topic.alarms.arn
}
