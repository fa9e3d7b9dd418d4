# Roles, policies, users and their groups, and keys.
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = local.updated ? ["lambda.amazonaws.com", "states.amazonaws.com"] : ["lambda.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    sid       = "Read"
    actions   = local.updated ? ["s3:GetObject", "s3:ListBucket"] : ["s3:GetObject"]
    resources = ["arn:aws:s3:::tf-*"]
    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [local.region]
    }
  }
}

resource "aws_iam_policy" "boundary" {
  name   = "tf-boundary"
  path   = "/tf/"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

resource "aws_iam_policy" "read" {
  name        = "tf-read"
  description = "Reads"
  policy      = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role" "this" {
  name                  = "tf-role"
  path                  = "/tf/"
  description           = "step ${var.step}"
  assume_role_policy    = data.aws_iam_policy_document.trust.json
  max_session_duration  = local.updated ? 7200 : 3600
  permissions_boundary  = local.updated ? aws_iam_policy.boundary.arn : null
  force_detach_policies = true
  tags                  = local.updated ? { own = "2", more = "yes" } : { own = "1" }
}

resource "aws_iam_role_policy" "this" {
  name   = "inline"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy" "second" {
  count  = local.updated ? 1 : 0
  name   = "second"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policies_exclusive" "this" {
  role_name    = aws_iam_role.this.name
  policy_names = concat([aws_iam_role_policy.this.name], aws_iam_role_policy.second[*].name)
}

resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/${local.updated ? "AWSLambdaSQSQueueExecutionRole" : "AWSLambdaBasicExecutionRole"}"
}

resource "aws_iam_role_policy_attachments_exclusive" "this" {
  role_name   = aws_iam_role.this.name
  policy_arns = [aws_iam_role_policy_attachment.this.policy_arn, aws_iam_role_policy_attachment.managed.policy_arn]
}

resource "aws_iam_user" "this" {
  name                 = "tf-user"
  path                 = local.updated ? "/tf/moved/" : "/tf/"
  permissions_boundary = local.updated ? null : aws_iam_policy.boundary.arn
  force_destroy        = true
}

resource "aws_iam_user_policy" "this" {
  name   = "inline"
  user   = aws_iam_user.this.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "this" {
  user       = aws_iam_user.this.name
  policy_arn = local.updated ? aws_iam_policy.boundary.arn : aws_iam_policy.read.arn
}

resource "aws_iam_group" "this" {
  name = "tf-group"
  path = local.updated ? "/tf/moved/" : "/tf/"
}

resource "aws_iam_group" "second" {
  name = "tf-second"
}

resource "aws_iam_group_policy" "this" {
  name   = "inline"
  group  = aws_iam_group.this.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_group_policy_attachment" "this" {
  group      = aws_iam_group.this.name
  policy_arn = local.updated ? aws_iam_policy.boundary.arn : aws_iam_policy.read.arn
}

resource "aws_iam_user_group_membership" "this" {
  user   = aws_iam_user.this.name
  groups = local.updated ? [aws_iam_group.this.name, aws_iam_group.second.name] : [aws_iam_group.this.name]
}

resource "aws_iam_instance_profile" "this" {
  name = "tf-profile"
  path = "/tf/"
  role = aws_iam_role.this.name
  tags = { own = local.updated ? "2" : "1" }
}

resource "aws_iam_access_key" "this" {
  user   = aws_iam_user.this.name
  status = local.updated ? "Inactive" : "Active"
}

resource "aws_iam_openid_connect_provider" "this" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = local.updated ? ["sts.amazonaws.com", "tf"] : ["sts.amazonaws.com"]
  thumbprint_list = [local.updated ? "6938fd4d98bab03faadb97b34396831e3780aea1" : "1c58a3a8518e8759bf075b76b750d4f2df264fcd"]
}

resource "aws_kms_key" "this" {
  description             = "step ${var.step}"
  deletion_window_in_days = 7
  enable_key_rotation     = local.updated
  rotation_period_in_days = local.updated ? 180 : null
}

resource "aws_kms_key" "policy" {
  description = "with a policy"
  is_enabled  = !local.updated
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Admin", Effect = "Allow", Principal = { AWS = "arn:aws:iam::${local.account}:root" }, Action = "kms:*", Resource = "*" },
      { Sid = "Step${var.step}", Effect = "Allow", Principal = { AWS = aws_iam_role.this.arn }, Action = ["kms:Decrypt", "kms:GenerateDataKey"], Resource = "*" },
    ]
  })
}

resource "aws_kms_key" "signing" {
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
}

resource "aws_kms_alias" "this" {
  name          = "alias/tf-key"
  target_key_id = local.updated ? aws_kms_key.policy.id : aws_kms_key.this.id
}

data "aws_iam_role" "this" {
  name = aws_iam_role.this.name
}

data "aws_kms_key" "this" {
  key_id = aws_kms_alias.this.name
}

resource "aws_iam_group_membership" "this" {
  name  = "tf-members"
  group = aws_iam_group.third.name
  users = local.updated ? [aws_iam_user.this.name, aws_iam_user.second.name] : [aws_iam_user.second.name]
}

resource "aws_iam_group" "third" {
  name = "tf-third"
}

resource "aws_iam_service_linked_role" "this" {
  aws_service_name = "autoscaling.amazonaws.com"
  custom_suffix    = "tf"
  description      = "step ${var.step}"
}

resource "aws_kms_grant" "this" {
  name              = "tf-grant"
  key_id            = aws_kms_key.granted.key_id
  grantee_principal = aws_iam_role.this.arn
  operations        = local.updated ? ["Decrypt", "Encrypt"] : ["Decrypt"]
}

resource "aws_kms_key" "granted" {
  description             = "Granted"
  deletion_window_in_days = 7
}

resource "aws_kms_key_policy" "this" {
  key_id = aws_kms_key.granted.key_id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = local.updated ? "Own" : "Root"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${local.account}:root" }
      Action    = "kms:*"
      Resource  = "*"
    }]
  })
}

resource "aws_iam_user" "second" {
  name = "tf-second"
}
