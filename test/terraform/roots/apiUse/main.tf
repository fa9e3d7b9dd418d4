# A REST API made of a document, and who may use it: keys, plans, a policy, a domain.
resource "aws_api_gateway_rest_api" "this" {
  name = "tf-api-use"
  body = jsonencode({
    openapi = "3.0.1"
    info    = { title = "tf-api-use", version = "${var.step}" }
    paths = {
      "/hello" = {
        get = {
          responses = { "200" = { description = "ok" } }
          "x-amazon-apigateway-integration" = {
            type                 = "mock"
            payloadFormatVersion = "1.0"
            requestTemplates     = { "application/json" = "{\"statusCode\": 200}" }
            responses            = { default = { statusCode = "200", responseTemplates = { "application/json" = "{\"step\":${var.step}}" } } }
          }
        }
      }
    }
  })

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

# The older kind of document.
resource "aws_api_gateway_rest_api" "swagger" {
  name = "tf-api-swagger"
  body = jsonencode({
    swagger  = "2.0"
    info     = { title = "tf-api-swagger", version = "1" }
    basePath = "/v1"
    schemes  = ["https"]
    paths = {
      "/things/{id}" = {
        post = {
          consumes = ["application/json"]
          produces = ["application/json"]
          parameters = [
            { name = "id", in = "path", required = true, type = "string" },
            { name = "size", in = "query", required = local.updated, type = "number" },
            { name = "Thing", in = "body", required = true, schema = { "$ref" = "#/definitions/Thing" } },
          ]
          responses = { "200" = { description = "ok", schema = { "$ref" = "#/definitions/Thing" } } }
          "x-amazon-apigateway-integration" = {
            type             = "mock"
            requestTemplates = { "application/json" = "{\"statusCode\": 200}" }
            responses        = { default = { statusCode = "200" } }
          }
        }
      }
    }
    definitions = { Thing = { type = "object", properties = { id = { type = "string" } } } }
  })
}

resource "aws_api_gateway_rest_api_policy" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "execute-api:Invoke"
      Resource  = "${aws_api_gateway_rest_api.this.execution_arn}/*"
      Condition = { IpAddress = { "aws:SourceIp" = local.updated ? "10.0.0.0/8" : "127.0.0.0/8" } }
    }]
  })
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  triggers    = { body = aws_api_gateway_rest_api.this.body, policy = aws_api_gateway_rest_api_policy.this.policy }
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  deployment_id = aws_api_gateway_deployment.this.id
  stage_name    = "live"
}

resource "aws_api_gateway_api_key" "generated" {
  name        = "tf-generated"
  description = "step ${var.step}"
  enabled     = !local.updated
}

resource "aws_api_gateway_api_key" "given" {
  name  = "tf-given"
  value = "0123456789abcdefghijklmn"
}

resource "aws_api_gateway_usage_plan" "this" {
  name         = "tf-plan"
  description  = "step ${var.step}"
  product_code = local.updated ? "CODE" : null

  api_stages {
    api_id = aws_api_gateway_rest_api.this.id
    stage  = aws_api_gateway_stage.this.stage_name
    dynamic "throttle" {
      for_each = local.updated ? [1] : []
      content {
        path        = "/hello/GET"
        rate_limit  = 5
        burst_limit = 6
      }
    }
  }

  throttle_settings {
    rate_limit  = local.updated ? 20 : 10
    burst_limit = local.updated ? 40 : 20
  }

  dynamic "quota_settings" {
    for_each = local.updated ? [1] : []
    content {
      limit  = 1000
      offset = 2
      period = "WEEK"
    }
  }
}

resource "aws_api_gateway_usage_plan_key" "this" {
  key_id        = local.updated ? aws_api_gateway_api_key.given.id : aws_api_gateway_api_key.generated.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.this.id
}

resource "aws_api_gateway_domain_name" "this" {
  domain_name              = "api.example.com"
  regional_certificate_arn = "arn:aws:acm:${local.region}:${local.account}:certificate/12345678-1234-1234-1234-12345678901${var.step}"
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  api_id      = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  domain_name = aws_api_gateway_domain_name.this.domain_name
  base_path   = local.updated ? "v2" : "v1"
}

data "aws_api_gateway_api_key" "given" {
  id = aws_api_gateway_api_key.given.id
}
