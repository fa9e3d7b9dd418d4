# Tables, items, and parameters.
resource "aws_dynamodb_table" "on_demand" {
  name                        = "tf-on-demand"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "id"
  range_key                   = "at"
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  deletion_protection_enabled = false
  table_class                 = local.updated ? "STANDARD_INFREQUENT_ACCESS" : "STANDARD"

  attribute {
    name = "id"
    type = "S"
  }
  attribute {
    name = "at"
    type = "N"
  }
  attribute {
    name = "kind"
    type = "S"
  }
  global_secondary_index {
    name               = "kinds"
    hash_key           = "kind"
    range_key          = "at"
    projection_type    = "INCLUDE"
    non_key_attributes = ["size"]
  }
  local_secondary_index {
    name            = "local"
    range_key       = "kind"
    projection_type = "KEYS_ONLY"
  }
  ttl {
    attribute_name = "expires"
    enabled        = true
  }
  point_in_time_recovery {
    enabled = local.updated
  }
  server_side_encryption {
    enabled = local.updated
  }
}

resource "aws_dynamodb_table" "provisioned" {
  name           = "tf-provisioned"
  billing_mode   = "PROVISIONED"
  hash_key       = "id"
  read_capacity  = local.updated ? 4 : 2
  write_capacity = local.updated ? 3 : 1

  attribute {
    name = "id"
    type = "B"
  }
  attribute {
    name = "kind"
    type = "S"
  }
  dynamic "attribute" {
    for_each = local.updated ? [1] : []
    content {
      name = "owner"
      type = "S"
    }
  }
  global_secondary_index {
    name            = "kinds"
    hash_key        = "kind"
    projection_type = "ALL"
    read_capacity   = local.updated ? 6 : 5
    write_capacity  = local.updated ? 2 : 1
  }
  dynamic "global_secondary_index" {
    for_each = local.updated ? [1] : []
    content {
      name            = "owners"
      hash_key        = "owner"
      projection_type = "KEYS_ONLY"
      read_capacity   = 5
      write_capacity  = 5
    }
  }
}

resource "aws_dynamodb_table_item" "this" {
  table_name = aws_dynamodb_table.on_demand.name
  hash_key   = aws_dynamodb_table.on_demand.hash_key
  range_key  = aws_dynamodb_table.on_demand.range_key
  item = jsonencode({
    id   = { S = "one" }
    at   = { N = "1" }
    kind = { S = local.updated ? "b" : "a" }
    more = { L = [{ BOOL = true }, { NULL = true }, { M = { x = { SS = ["a"] } } }] }
  })
}

resource "aws_dynamodb_resource_policy" "this" {
  resource_arn = aws_dynamodb_table.on_demand.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account}:root" }
      Action    = local.updated ? ["dynamodb:GetItem", "dynamodb:Query"] : ["dynamodb:GetItem"]
      Resource  = aws_dynamodb_table.on_demand.arn
    }]
  })
}

resource "aws_ssm_parameter" "text" {
  name        = "/tf/text"
  type        = "String"
  description = "step ${var.step}"
  value       = "value ${var.step}"
}

resource "aws_ssm_parameter" "list" {
  name  = "/tf/list"
  type  = "StringList"
  value = local.updated ? "a,b,c" : "a,b"
  tier  = local.updated ? "Advanced" : "Standard"
}

resource "aws_ssm_parameter" "secret" {
  name            = "/tf/secret"
  type            = "SecureString"
  value           = "secret ${var.step}"
  allowed_pattern = local.updated ? "^secret \\d$" : null
}

resource "aws_ssm_parameter" "image" {
  name      = "/tf/plain"
  type      = "String"
  data_type = "text"
  value     = "plain"
  overwrite = true
}

data "aws_dynamodb_table" "on_demand" {
  name = aws_dynamodb_table.on_demand.name
}

data "aws_ssm_parameter" "secret" {
  name = aws_ssm_parameter.secret.name
}
