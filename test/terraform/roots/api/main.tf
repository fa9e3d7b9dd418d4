# A REST API made of its parts.
resource "aws_api_gateway_rest_api" "this" {
  name                         = "tf-api"
  description                  = "step ${var.step}"
  minimum_compression_size     = local.updated ? "1024" : "-1"
  binary_media_types           = local.updated ? ["image/png", "application/zip"] : ["image/png"]
  api_key_source               = "HEADER"
  disable_execute_api_endpoint = false

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_resource" "things" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = "things"
}

resource "aws_api_gateway_resource" "thing" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_resource.things.id
  path_part   = local.updated ? "{id}" : "{thing}"
}

resource "aws_api_gateway_model" "thing" {
  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = "Thing"
  description  = "step ${var.step}"
  content_type = "application/json"
  schema = jsonencode({
    type       = "object"
    properties = { id = { type = "string" }, size = { type = local.updated ? "number" : "integer" } }
  })
}

resource "aws_api_gateway_request_validator" "this" {
  rest_api_id                 = aws_api_gateway_rest_api.this.id
  name                        = local.updated ? "all" : "body"
  validate_request_body       = true
  validate_request_parameters = local.updated
}

resource "aws_iam_role" "authorizer" {
  name = "tf-api-authorizer"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = ["lambda.amazonaws.com", "apigateway.amazonaws.com"] } }]
  })
}

resource "aws_lambda_function" "authorizer" {
  function_name = "tf-api-authorizer"
  role          = aws_iam_role.authorizer.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  filename      = "function.zip"
}

resource "aws_api_gateway_authorizer" "this" {
  rest_api_id                      = aws_api_gateway_rest_api.this.id
  name                             = "tf-api-authorizer"
  type                             = local.updated ? "REQUEST" : "TOKEN"
  authorizer_uri                   = aws_lambda_function.authorizer.invoke_arn
  authorizer_credentials           = aws_iam_role.authorizer.arn
  authorizer_result_ttl_in_seconds = local.updated ? 60 : 300
  identity_source                  = local.updated ? "method.request.header.X-Key,context.identity.sourceIp" : "method.request.header.Authorization"
}

resource "aws_api_gateway_method" "get" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = aws_api_gateway_resource.thing.id
  http_method          = "GET"
  authorization        = local.updated ? "CUSTOM" : "NONE"
  authorizer_id        = local.updated ? aws_api_gateway_authorizer.this.id : null
  operation_name       = "getThing"
  request_validator_id = aws_api_gateway_request_validator.this.id
  request_parameters = local.updated ? {
    "method.request.querystring.fields" = true
    "method.request.header.Accept"      = false
  } : { "method.request.querystring.fields" = false }
}

resource "aws_api_gateway_method" "post" {
  rest_api_id      = aws_api_gateway_rest_api.this.id
  resource_id      = aws_api_gateway_resource.things.id
  http_method      = "POST"
  authorization    = "AWS_IAM"
  api_key_required = local.updated
  request_models   = { "application/json" = aws_api_gateway_model.thing.name }
}

resource "aws_api_gateway_integration" "get" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = aws_api_gateway_resource.thing.id
  http_method          = aws_api_gateway_method.get.http_method
  type                 = "MOCK"
  passthrough_behavior = "NEVER"
  request_templates    = { "application/json" = local.updated ? "{\"statusCode\": 200}" : "{ \"statusCode\": 200 }" }
}

resource "aws_api_gateway_integration" "post" {
  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.things.id
  http_method             = aws_api_gateway_method.post.http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = aws_lambda_function.authorizer.invoke_arn
  timeout_milliseconds    = local.updated ? 5000 : 29000
}

resource "aws_api_gateway_method_response" "ok" {
  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = aws_api_gateway_resource.thing.id
  http_method         = aws_api_gateway_method.get.http_method
  status_code         = "200"
  response_models     = { "application/json" = local.updated ? aws_api_gateway_model.thing.name : "Empty" }
  response_parameters = { "method.response.header.Cache-Control" = local.updated }
}

resource "aws_api_gateway_integration_response" "ok" {
  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = aws_api_gateway_resource.thing.id
  http_method         = aws_api_gateway_method.get.http_method
  status_code         = aws_api_gateway_method_response.ok.status_code
  response_templates  = { "application/json" = jsonencode({ step = var.step }) }
  response_parameters = { "method.response.header.Cache-Control" = local.updated ? "'no-store'" : "'no-cache'" }
  depends_on          = [aws_api_gateway_integration.get]
}

resource "aws_api_gateway_gateway_response" "unauthorized" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  response_type = "UNAUTHORIZED"
  status_code   = local.updated ? "403" : "401"
  response_templates = {
    "application/json" = "{\"message\":$context.error.messageString,\"step\":${var.step}}"
  }
  response_parameters = { "gatewayresponse.header.X-Step" = "'${var.step}'" }
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  description = "step ${var.step}"
  triggers    = { step = var.step }
  depends_on  = [aws_api_gateway_integration.get, aws_api_gateway_integration.post]
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudwatch_log_group" "access" {
  name = "/aws/apigateway/tf-api"
}

resource "aws_iam_role" "logs" {
  count = 2
  name  = "tf-api-logs-${count.index + 1}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "apigateway.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "logs" {
  count      = 2
  role       = aws_iam_role.logs[count.index].name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.logs[var.step - 1].arn
  depends_on          = [aws_iam_role_policy_attachment.logs]
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = "v1"
  description          = "step ${var.step}"
  xray_tracing_enabled = local.updated
  variables            = local.updated ? { step = "2", more = "yes" } : { step = "1" }

  dynamic "access_log_settings" {
    for_each = local.updated ? [1] : []
    content {
      destination_arn = aws_cloudwatch_log_group.access.arn
      format          = jsonencode({ requestId = "$context.requestId" })
    }
  }
  depends_on = [aws_api_gateway_account.this]
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled        = local.updated
    throttling_rate_limit  = local.updated ? 10 : 100
    throttling_burst_limit = local.updated ? 20 : 200
  }
}

data "aws_api_gateway_rest_api" "this" {
  name       = aws_api_gateway_rest_api.this.name
  depends_on = [aws_api_gateway_rest_api.this]
}

data "aws_api_gateway_resource" "things" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  path        = aws_api_gateway_resource.things.path
}

data "aws_api_gateway_export" "this" {
  rest_api_id = aws_api_gateway_stage.this.rest_api_id
  stage_name  = aws_api_gateway_stage.this.stage_name
  export_type = "oas30"
}
