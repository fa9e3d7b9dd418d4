# State machines, and gradual deployments of a function.
resource "aws_iam_role" "this" {
  name = "tf-workflow"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = ["states.${local.region}.amazonaws.com", "codedeploy.amazonaws.com", "lambda.amazonaws.com"] }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "work"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

resource "aws_cloudwatch_log_group" "states" {
  name = "/aws/vendedlogs/states/tf"
}

resource "aws_sfn_state_machine" "standard" {
  name     = "tf-standard"
  role_arn = aws_iam_role.this.arn
  publish  = true
  definition = jsonencode({
    Comment = "step ${var.step}"
    StartAt = "Wait"
    States  = { Wait = { Type = "Wait", Seconds = local.updated ? 2 : 1, Next = "Done" }, Done = { Type = "Succeed" } }
  })
  tracing_configuration {
    enabled = local.updated
  }
  depends_on = [aws_iam_role_policy.this]
}

resource "aws_sfn_alias" "live" {
  name        = "live"
  description = "step ${var.step}"
  routing_configuration {
    state_machine_version_arn = aws_sfn_state_machine.standard.state_machine_version_arn
    weight                    = 100
  }
}

resource "aws_sfn_state_machine" "express" {
  name       = "tf-express"
  type       = "EXPRESS"
  role_arn   = aws_iam_role.this.arn
  definition = jsonencode({ StartAt = "Pass", States = { Pass = { Type = "Pass", End = true } } })
  logging_configuration {
    level                  = local.updated ? "ALL" : "ERROR"
    include_execution_data = local.updated
    log_destination        = "${aws_cloudwatch_log_group.states.arn}:*"
  }
  depends_on = [aws_iam_role_policy.this]
}

resource "aws_lambda_function" "this" {
  function_name = "tf-workflow"
  role          = aws_iam_role.this.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  filename      = "function.zip"
  publish       = true
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  count               = 2
  alarm_name          = "tf-workflow-errors-${count.index}"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
}

resource "aws_sns_topic" "shifts" {
  name = "tf-workflow-shifts"
}

resource "aws_codedeploy_app" "this" {
  name             = "tf-app"
  compute_platform = "Lambda"
}

resource "aws_codedeploy_deployment_config" "linear" {
  deployment_config_name = "tf-linear"
  compute_platform       = "Lambda"
  traffic_routing_config {
    type = "TimeBasedLinear"
    time_based_linear {
      interval   = 10
      percentage = 10
    }
  }
}

# One that is in use cannot be replaced.
resource "aws_codedeploy_deployment_config" "canary" {
  deployment_config_name = "tf-canary"
  compute_platform       = "Lambda"
  traffic_routing_config {
    type = "TimeBasedCanary"
    time_based_canary {
      interval   = local.updated ? 10 : 5
      percentage = 10
    }
  }
}

resource "aws_codedeploy_deployment_group" "this" {
  app_name               = aws_codedeploy_app.this.name
  deployment_group_name  = "tf-group"
  deployment_config_name = local.updated ? "CodeDeployDefault.LambdaCanary10Percent5Minutes" : aws_codedeploy_deployment_config.linear.id
  service_role_arn       = aws_iam_role.this.arn

  deployment_style {
    deployment_option = "WITH_TRAFFIC_CONTROL"
    deployment_type   = "BLUE_GREEN"
  }
  alarm_configuration {
    enabled                   = true
    alarms                    = local.updated ? aws_cloudwatch_metric_alarm.errors[*].alarm_name : [aws_cloudwatch_metric_alarm.errors[0].alarm_name]
    ignore_poll_alarm_failure = local.updated
  }
  auto_rollback_configuration {
    enabled = true
    events  = local.updated ? ["DEPLOYMENT_FAILURE"] : ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]
  }
  dynamic "trigger_configuration" {
    for_each = local.updated ? [1] : []
    content {
      trigger_name       = "shifts"
      trigger_target_arn = aws_sns_topic.shifts.arn
      trigger_events     = ["DeploymentStart", "DeploymentFailure"]
    }
  }
}

data "aws_sfn_state_machine" "standard" {
  name       = aws_sfn_state_machine.standard.name
  depends_on = [aws_sfn_state_machine.standard]
}
