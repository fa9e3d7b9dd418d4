# Event buses, rules, targets, and schedules.
resource "aws_cloudwatch_event_bus" "this" {
  name        = "tf-bus"
  description = "step ${var.step}"
}

resource "aws_cloudwatch_event_permission" "this" {
  event_bus_name = aws_cloudwatch_event_bus.this.name
  principal      = local.updated ? "444455556666" : "111122223333"
  statement_id   = "Others"
  action         = "events:PutEvents"
}

resource "aws_cloudwatch_event_rule" "pattern" {
  name           = "tf-pattern"
  event_bus_name = aws_cloudwatch_event_bus.this.name
  description    = "step ${var.step}"
  event_pattern  = local.updated ? jsonencode({ source = ["tf"], detail = { kind = [{ prefix = "b" }] } }) : jsonencode({ source = ["tf"] })
  state          = local.updated ? "DISABLED" : "ENABLED"
}

resource "aws_cloudwatch_event_rule" "schedule" {
  name                = "tf-schedule"
  schedule_expression = local.updated ? "cron(0 6 * * ? *)" : "rate(5 minutes)"
}

resource "aws_sqs_queue" "target" {
  name = "tf-events-target"
}

resource "aws_sqs_queue" "fifo" {
  name       = "tf-events-target.fifo"
  fifo_queue = true
}

resource "aws_cloudwatch_event_target" "queue" {
  rule           = aws_cloudwatch_event_rule.pattern.name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  target_id      = "queue"
  arn            = aws_sqs_queue.target.arn

  dynamic "input_transformer" {
    for_each = local.updated ? [1] : []
    content {
      input_paths    = { kind = "$.detail.kind" }
      input_template = "{\"kind\": <kind>}"
    }
  }
  dead_letter_config {
    arn = aws_sqs_queue.target.arn
  }
  retry_policy {
    maximum_event_age_in_seconds = local.updated ? 120 : 60
    maximum_retry_attempts       = 3
  }
}

resource "aws_cloudwatch_event_target" "fifo" {
  rule      = aws_cloudwatch_event_rule.schedule.name
  arn       = aws_sqs_queue.fifo.arn
  input     = jsonencode({ step = var.step })
  target_id = "fifo"
  sqs_target {
    message_group_id = "group-${var.step}"
  }
}

resource "aws_scheduler_schedule_group" "this" {
  name = "tf-group"
}

resource "aws_iam_role" "scheduler" {
  name = "tf-scheduler"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = {
        StringEquals = {
          "aws:SourceAccount" = local.account
          "aws:SourceArn"     = aws_scheduler_schedule_group.this.arn
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  role   = aws_iam_role.scheduler.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" }] })
}

resource "aws_scheduler_schedule" "this" {
  name                         = "tf-schedule"
  group_name                   = aws_scheduler_schedule_group.this.name
  description                  = "step ${var.step}"
  schedule_expression          = local.updated ? "cron(0 6 * * ? *)" : "rate(1 minutes)"
  schedule_expression_timezone = local.updated ? "Europe/Vienna" : "UTC"
  state                        = local.updated ? "DISABLED" : "ENABLED"
  start_date                   = local.updated ? "2099-01-01T00:00:00Z" : null
  end_date                     = local.updated ? "2099-12-31T00:00:00Z" : null

  flexible_time_window {
    mode                      = local.updated ? "FLEXIBLE" : "OFF"
    maximum_window_in_minutes = local.updated ? 15 : null
  }
  target {
    arn      = aws_sqs_queue.target.arn
    role_arn = aws_iam_role.scheduler.arn
    input    = jsonencode({ step = var.step })
    dead_letter_config {
      arn = aws_sqs_queue.target.arn
    }
    retry_policy {
      maximum_event_age_in_seconds = local.updated ? 120 : 60
      maximum_retry_attempts       = 2
    }
  }
}

data "aws_cloudwatch_event_bus" "this" {
  name = aws_cloudwatch_event_bus.this.name
}

resource "aws_cloudwatch_event_archive" "this" {
  name             = "tf-archive"
  event_source_arn = aws_cloudwatch_event_bus.this.arn
  retention_days   = 7 * var.step
}

resource "aws_cloudwatch_event_connection" "this" {
  name               = "tf-connection"
  description        = "step ${var.step}"
  authorization_type = "API_KEY"
  auth_parameters {
    api_key {
      key   = "x-key"
      value = "secret"
    }
    invocation_http_parameters {
      header {
        key             = "step"
        value           = tostring(var.step)
        is_value_secret = false
      }
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "this" {
  name                             = "tf-destination"
  connection_arn                   = aws_cloudwatch_event_connection.this.arn
  invocation_endpoint              = "https://example.org/${var.step}"
  http_method                      = "POST"
  invocation_rate_limit_per_second = 20
}

resource "aws_cloudwatch_event_bus" "open" {
  name = "tf-open"
}

resource "aws_cloudwatch_event_bus_policy" "this" {
  event_bus_name = aws_cloudwatch_event_bus.open.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Others"
      Effect    = "Allow"
      Principal = { AWS = local.updated ? "444455556666" : "111122223333" }
      Action    = "events:PutEvents"
      Resource  = aws_cloudwatch_event_bus.open.arn
    }]
  })
}
