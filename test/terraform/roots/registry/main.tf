# A repository of images, with what it may hold and who may use it.
resource "aws_ecr_repository" "this" {
  name                 = "tf/registry"
  image_tag_mutability = local.updated ? "IMMUTABLE" : "MUTABLE"
  force_delete         = true
  image_scanning_configuration {
    scan_on_push = local.updated
  }
}

resource "aws_ecr_repository" "encrypted" {
  name = "tf/encrypted"
  encryption_configuration {
    encryption_type = "KMS"
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "Few images without a tag"
      selection    = { tagStatus = "untagged", countType = "imageCountMoreThan", countNumber = var.step }
      action       = { type = "expire" }
    }]
  })
}

resource "aws_ecr_repository_policy" "this" {
  repository = aws_ecr_repository.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Pull"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = local.updated ? ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"] : ["ecr:BatchGetImage"]
    }]
  })
}

data "aws_ecr_authorization_token" "this" {}
