# An HTTP API with what it is made of.
resource "aws_apigatewayv2_api" "this" {
  name          = "tf-http"
  protocol_type = "HTTP"
  description   = "step ${var.step}"
  cors_configuration {
    allow_origins = ["https://example.org"]
    allow_methods = local.updated ? ["GET", "POST"] : ["GET"]
    max_age       = 60
  }
}

resource "aws_apigatewayv2_integration" "this" {
  api_id               = aws_apigatewayv2_api.this.id
  integration_type     = "HTTP_PROXY"
  integration_method   = "ANY"
  integration_uri      = local.updated ? "https://example.org/two" : "https://example.org/one"
  timeout_milliseconds = 5000
  request_parameters   = { "append:header.step" = tostring(var.step) }
}

resource "aws_apigatewayv2_authorizer" "this" {
  api_id           = aws_apigatewayv2_api.this.id
  name             = "tf-tokens"
  authorizer_type  = "JWT"
  identity_sources = ["$request.header.Authorization"]
  jwt_configuration {
    audience = local.updated ? ["web", "app"] : ["web"]
    issuer   = "https://example.org"
  }
}

resource "aws_apigatewayv2_route" "this" {
  api_id               = aws_apigatewayv2_api.this.id
  route_key            = "GET /pets/{id}"
  target               = "integrations/${aws_apigatewayv2_integration.this.id}"
  authorization_type   = local.updated ? "JWT" : "NONE"
  authorizer_id        = local.updated ? aws_apigatewayv2_authorizer.this.id : null
  authorization_scopes = local.updated ? ["pets"] : null
}

resource "aws_apigatewayv2_deployment" "this" {
  api_id      = aws_apigatewayv2_api.this.id
  description = "step ${var.step}"
  depends_on  = [aws_apigatewayv2_route.this]
}

resource "aws_apigatewayv2_stage" "this" {
  api_id          = aws_apigatewayv2_api.this.id
  name            = "dev"
  deployment_id   = aws_apigatewayv2_deployment.this.id
  stage_variables = { step = tostring(var.step) }
}

resource "aws_apigatewayv2_stage" "automatic" {
  api_id      = aws_apigatewayv2_api.this.id
  name        = "$default"
  auto_deploy = true
  default_route_settings {
    throttling_burst_limit = 10 * var.step
    throttling_rate_limit  = 5
  }
}

data "aws_apigatewayv2_api" "this" {
  api_id = aws_apigatewayv2_api.this.id
}
