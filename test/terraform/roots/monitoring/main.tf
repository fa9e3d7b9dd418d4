# Alarms, dashboards, and logs.
resource "aws_sns_topic" "alarms" {
  name = "tf-alarms"
}

resource "aws_cloudwatch_metric_alarm" "metric" {
  alarm_name                            = "tf-metric"
  alarm_description                     = "step ${var.step}"
  namespace                             = "AWS/Lambda"
  metric_name                           = "Duration"
  dimensions                            = local.updated ? { FunctionName = "tf", Resource = "tf:live" } : { FunctionName = "tf" }
  extended_statistic                    = local.updated ? "p99" : "p90"
  evaluate_low_sample_count_percentiles = local.updated ? "evaluate" : "ignore"
  period                                = 60
  evaluation_periods                    = local.updated ? 3 : 2
  datapoints_to_alarm                   = local.updated ? 2 : null
  threshold                             = local.updated ? 200.5 : 100
  comparison_operator                   = "GreaterThanThreshold"
  treat_missing_data                    = local.updated ? "notBreaching" : "missing"
  actions_enabled                       = !local.updated
  alarm_actions                         = [aws_sns_topic.alarms.arn]
  ok_actions                            = local.updated ? [aws_sns_topic.alarms.arn] : []
  insufficient_data_actions             = local.updated ? [aws_sns_topic.alarms.arn] : []
  unit                                  = "Milliseconds"
}

resource "aws_cloudwatch_metric_alarm" "math" {
  alarm_name          = "tf-math"
  evaluation_periods  = 1
  threshold           = 5
  comparison_operator = "GreaterThanOrEqualToThreshold"

  metric_query {
    id          = "rate"
    expression  = local.updated ? "100 * errors / calls" : "errors / calls"
    label       = "step ${var.step}"
    return_data = true
  }
  metric_query {
    id = "errors"
    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Errors"
      period      = 60
      stat        = "Sum"
      dimensions  = { FunctionName = "tf" }
    }
  }
  metric_query {
    id = "calls"
    metric {
      namespace   = "AWS/Lambda"
      metric_name = "Invocations"
      period      = 60
      stat        = "Sum"
      unit        = "Count"
      dimensions  = { FunctionName = "tf" }
    }
  }
}

resource "aws_cloudwatch_composite_alarm" "this" {
  alarm_name        = "tf-composite"
  alarm_description = "step ${var.step}"
  alarm_rule        = local.updated ? "ALARM(\"${aws_cloudwatch_metric_alarm.metric.alarm_name}\") AND NOT ALARM(\"${aws_cloudwatch_metric_alarm.math.alarm_name}\")" : "ALARM(\"${aws_cloudwatch_metric_alarm.metric.alarm_name}\")"
  alarm_actions     = [aws_sns_topic.alarms.arn]
  ok_actions        = local.updated ? [aws_sns_topic.alarms.arn] : []
  actions_enabled   = true
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "tf-dashboard"
  dashboard_body = jsonencode({
    widgets = [{
      type       = "metric"
      x          = 0
      y          = 0
      width      = 12
      height     = local.updated ? 8 : 6
      properties = { metrics = [["AWS/Lambda", "Errors", "FunctionName", "tf"]], region = local.region, title = "step ${var.step}" }
    }]
  })
}

resource "aws_kms_key" "logs" {
  deletion_window_in_days = 7
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:root" }, Action = "kms:*", Resource = "*" },
      { Effect = "Allow", Principal = { Service = "logs.${local.region}.amazonaws.com" }, Action = "kms:*", Resource = "*" },
    ]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/tf/group"
  retention_in_days = local.updated ? 7 : 1
  kms_key_id        = local.updated ? aws_kms_key.logs.arn : null
  log_group_class   = "STANDARD"
}

resource "aws_cloudwatch_log_group" "kept" {
  name = "/tf/for-ever"
}

resource "aws_cloudwatch_log_stream" "this" {
  name           = "stream-${var.step}"
  log_group_name = aws_cloudwatch_log_group.this.name
}

resource "aws_cloudwatch_log_metric_filter" "this" {
  name           = "tf-filter"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = local.updated ? "{ $.level = \"ERROR\" }" : "ERROR"
  metric_transformation {
    namespace     = "Tf"
    name          = "Errors"
    value         = "1"
    unit          = local.updated ? "Count" : null
    default_value = local.updated ? null : "0"
    dimensions    = local.updated ? { service = "$.service" } : null
  }
}

resource "aws_cloudwatch_log_resource_policy" "this" {
  policy_name = "tf-policy"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = local.updated ? "delivery.logs.amazonaws.com" : "events.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:aws:logs:${local.region}:${local.account}:log-group:/tf/*"
    }]
  })
}

data "aws_cloudwatch_log_group" "this" {
  name = aws_cloudwatch_log_group.this.name
}
