# A secret: its value, who may read it, and what changes it.
resource "aws_secretsmanager_secret" "this" {
  name                    = "tf/secret"
  description             = "step ${var.step}"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = jsonencode({ step = var.step })
}

resource "aws_secretsmanager_secret_policy" "this" {
  secret_arn = aws_secretsmanager_secret.this.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account}:root" }
      Action    = local.updated ? ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"] : ["secretsmanager:GetSecretValue"]
      Resource  = "*"
    }]
  })
}

resource "aws_iam_role" "this" {
  name = "tf-rotation"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_lambda_function" "this" {
  function_name = "tf-rotation"
  role          = aws_iam_role.this.arn
  runtime       = "nodejs22.x"
  handler       = "index.handler"
  filename      = "function.zip"
}

resource "aws_lambda_permission" "this" {
  function_name = aws_lambda_function.this.function_name
  action        = "lambda:InvokeFunction"
  principal     = "secretsmanager.amazonaws.com"
  statement_id  = "Rotation"
}

resource "aws_secretsmanager_secret" "rotated" {
  name                    = "tf/rotated"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_rotation" "this" {
  secret_id           = aws_secretsmanager_secret.rotated.id
  rotation_lambda_arn = aws_lambda_function.this.arn
  rotate_immediately  = false
  rotation_rules {
    automatically_after_days = 30 * var.step
  }
  depends_on = [aws_lambda_permission.this]
}

data "aws_secretsmanager_secret" "this" {
  arn = aws_secretsmanager_secret.this.arn
}

data "aws_secretsmanager_secret_version" "this" {
  secret_id = aws_secretsmanager_secret_version.this.secret_id
}

data "aws_secretsmanager_random_password" "this" {
  password_length = 20
}
