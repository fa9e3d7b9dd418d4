# A pool of users, a program that they use, and groups of them.
resource "aws_cognito_user_pool" "this" {
  name                     = "tf-users"
  username_attributes      = ["email"]
  auto_verified_attributes = ["email"]
  mfa_configuration        = local.updated ? "OPTIONAL" : "OFF"
  dynamic "software_token_mfa_configuration" {
    for_each = local.updated ? [1] : []
    content {
      enabled = true
    }
  }
  password_policy {
    minimum_length                   = local.updated ? 12 : 10
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = false
    require_uppercase                = true
    temporary_password_validity_days = 7
  }
}

resource "aws_cognito_user_pool_client" "this" {
  name                  = "tf-web"
  user_pool_id          = aws_cognito_user_pool.this.id
  explicit_auth_flows   = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
  access_token_validity = local.updated ? 2 : 1
}

resource "aws_cognito_user_group" "this" {
  name         = "tf-admins"
  user_pool_id = aws_cognito_user_pool.this.id
  precedence   = var.step
}

resource "aws_cognito_user" "this" {
  user_pool_id = aws_cognito_user_pool.this.id
  username     = "tf@example.com"
  attributes   = local.updated ? { email = "tf@example.com", name = "T" } : { email = "tf@example.com" }
}

resource "aws_cognito_user_group" "second" {
  name         = "tf-readers"
  user_pool_id = aws_cognito_user_pool.this.id
}

resource "aws_cognito_user_in_group" "this" {
  user_pool_id = aws_cognito_user_pool.this.id
  group_name   = local.updated ? aws_cognito_user_group.second.name : aws_cognito_user_group.this.name
  username     = aws_cognito_user.this.username
}

data "aws_cognito_user_pools" "this" {
  name = aws_cognito_user_pool.this.name
}
