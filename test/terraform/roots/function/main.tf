# Functions, and all that belongs to one.
resource "aws_iam_role" "this" {
  name = "tf-function"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "work"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:*", "sqs:*", "dynamodb:*"], Resource = "*" }]
  })
}

resource "aws_sqs_queue" "source" {
  name                       = "tf-function-source"
  visibility_timeout_seconds = 120
}

resource "aws_sqs_queue" "failed" {
  name = "tf-function-failed"
}

resource "aws_dynamodb_table" "source" {
  name             = "tf-function-source"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_layer_version" "this" {
  layer_name               = "tf-layer"
  filename                 = "layer.zip"
  description              = "step ${var.step}"
  compatible_runtimes      = local.updated ? ["nodejs20.x", "nodejs22.x"] : ["nodejs22.x"]
  compatible_architectures = ["x86_64", "arm64"]
  license_info             = "Apache-2.0"
  skip_destroy             = false
}

resource "aws_lambda_code_signing_config" "this" {
  description = "step ${var.step}"
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:${local.region}:${local.account}:/signing-profiles/tf/0123456789"]
  }
  policies {
    untrusted_artifact_on_deployment = "Warn"
  }
}

resource "aws_lambda_function" "this" {
  function_name                  = "tf-function"
  description                    = "step ${var.step}"
  role                           = aws_iam_role.this.arn
  runtime                        = local.updated ? "nodejs22.x" : "nodejs20.x"
  handler                        = "index.handler"
  filename                       = local.updated ? "changed.zip" : "function.zip"
  source_code_hash               = filebase64sha256(local.updated ? "changed.zip" : "function.zip")
  publish                        = true
  timeout                        = local.updated ? 20 : 10
  memory_size                    = local.updated ? 256 : 128
  reserved_concurrent_executions = local.updated ? 10 : -1
  architectures                  = ["arm64"]
  layers                         = local.updated ? [aws_lambda_layer_version.this.arn] : []
  code_signing_config_arn        = local.updated ? aws_lambda_code_signing_config.this.arn : null

  environment {
    variables = local.updated ? { STEP = "2", MORE = "yes" } : { STEP = "1" }
  }
  ephemeral_storage {
    size = local.updated ? 1024 : 512
  }
  tracing_config {
    mode = local.updated ? "Active" : "PassThrough"
  }
  logging_config {
    log_format            = "JSON"
    log_group             = "/aws/lambda/tf-function-own"
    application_log_level = local.updated ? "DEBUG" : "INFO"
    system_log_level      = "WARN"
  }
  dynamic "dead_letter_config" {
    for_each = local.updated ? [1] : []
    content {
      target_arn = aws_sqs_queue.failed.arn
    }
  }
  depends_on = [aws_iam_role_policy.this]
}

# Kept, though this cloud cannot run it.
resource "aws_lambda_function" "python" {
  function_name = "tf-function-python"
  role          = aws_iam_role.this.arn
  runtime       = local.updated ? "python3.13" : "python3.12"
  handler       = "main.handler"
  filename      = "function.zip"
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "step ${var.step}"
  function_name    = aws_lambda_function.this.function_name
  function_version = local.updated ? "2" : aws_lambda_function.this.version
  dynamic "routing_config" {
    for_each = local.updated ? [1] : []
    content {
      additional_version_weights = { "1" = 0.25 }
    }
  }
}

resource "aws_lambda_permission" "events" {
  statement_id   = "events-${var.step}"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this.function_name
  qualifier      = aws_lambda_alias.live.name
  principal      = "events.amazonaws.com"
  source_arn     = "arn:aws:events:${local.region}:${local.account}:rule/tf"
  source_account = local.account
}

resource "aws_lambda_function_event_invoke_config" "live" {
  function_name                = aws_lambda_function.this.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = local.updated ? 120 : 60
  maximum_retry_attempts       = local.updated ? 0 : 1
  destination_config {
    on_failure {
      destination = aws_sqs_queue.failed.arn
    }
    dynamic "on_success" {
      for_each = local.updated ? [1] : []
      content {
        destination = aws_sqs_queue.failed.arn
      }
    }
  }
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.step
}

resource "aws_lambda_event_source_mapping" "queue" {
  event_source_arn                   = aws_sqs_queue.source.arn
  function_name                      = aws_lambda_function.this.arn
  batch_size                         = local.updated ? 5 : 10
  maximum_batching_window_in_seconds = local.updated ? 1 : 0
  function_response_types            = ["ReportBatchItemFailures"]
  enabled                            = !local.updated
  scaling_config {
    maximum_concurrency = local.updated ? 20 : 10
  }
  dynamic "filter_criteria" {
    for_each = local.updated ? [] : [1]
    content {
      filter {
        pattern = jsonencode({ body = { kind = ["thing"] } })
      }
    }
  }
}

resource "aws_lambda_event_source_mapping" "stream" {
  event_source_arn               = aws_dynamodb_table.source.stream_arn
  function_name                  = aws_lambda_alias.live.arn
  starting_position              = "LATEST"
  bisect_batch_on_function_error = local.updated
  maximum_retry_attempts         = local.updated ? 3 : -1
  maximum_record_age_in_seconds  = local.updated ? 600 : -1
  parallelization_factor         = local.updated ? 2 : 1
  dynamic "destination_config" {
    for_each = local.updated ? [1] : []
    content {
      on_failure {
        destination_arn = aws_sqs_queue.failed.arn
      }
    }
  }
}

resource "aws_lambda_invocation" "once" {
  function_name = aws_lambda_function.this.function_name
  input         = jsonencode({ step = var.step })
}

data "aws_lambda_function" "this" {
  function_name = aws_lambda_function.this.function_name
}

data "aws_lambda_alias" "live" {
  function_name = aws_lambda_function.this.function_name
  name          = aws_lambda_alias.live.name
}

resource "aws_lambda_function_url" "this" {
  function_name      = aws_lambda_function.python.function_name
  authorization_type = local.updated ? "NONE" : "AWS_IAM"
  cors {
    allow_origins = ["https://example.org"]
    max_age       = 60 * var.step
  }
}

resource "aws_lambda_permission" "logs" {
  function_name = aws_lambda_function.python.function_name
  statement_id  = "Logs"
  action        = "lambda:InvokeFunction"
  principal     = "logs.amazonaws.com"
}

resource "aws_cloudwatch_log_group" "subscribed" {
  name = "/tf/subscribed"
}

resource "aws_cloudwatch_log_subscription_filter" "this" {
  name            = "tf-errors"
  log_group_name  = aws_cloudwatch_log_group.subscribed.name
  filter_pattern  = local.updated ? "WARN" : "ERROR"
  destination_arn = aws_lambda_function.python.arn
  depends_on      = [aws_lambda_permission.logs]
}

resource "aws_lambda_layer_version_permission" "this" {
  layer_name     = "tf-layer"
  version_number = aws_lambda_layer_version.this.version
  statement_id   = "Others"
  principal      = local.updated ? "444455556666" : "111122223333"
  action         = "lambda:GetLayerVersion"
}
