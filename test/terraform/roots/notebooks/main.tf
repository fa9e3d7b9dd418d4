# A notebook instance with its scripts, and an application that jobs run on.
resource "aws_iam_role" "this" {
  name = "tf-notebooks"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "sagemaker.amazonaws.com" } }]
  })
}

resource "aws_sagemaker_notebook_instance_lifecycle_configuration" "this" {
  name      = "tf-setup"
  on_create = local.updated ? null : base64encode("echo created")
  on_start  = base64encode("echo step ${var.step}")
}

resource "aws_sagemaker_notebook_instance" "this" {
  name                    = "tf-notebook"
  role_arn                = aws_iam_role.this.arn
  instance_type           = local.updated ? "ml.t3.large" : "ml.t3.medium"
  volume_size             = local.updated ? 10 : 5
  lifecycle_config_name   = local.updated ? null : aws_sagemaker_notebook_instance_lifecycle_configuration.this.name
  root_access             = local.updated ? "Disabled" : "Enabled"
  default_code_repository = local.updated ? "library" : null
  platform_identifier     = "notebook-al2-v3"
  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = local.updated ? "2" : "1"
  }
}

resource "aws_emrserverless_application" "this" {
  name          = "tf-jobs"
  release_label = local.updated ? "emr-7.6.0" : "emr-7.5.0"
  type          = "spark"
  architecture  = "ARM64"
  auto_start_configuration {
    enabled = local.updated
  }
  auto_stop_configuration {
    enabled              = true
    idle_timeout_minutes = local.updated ? 5 : 15
  }
  maximum_capacity {
    cpu    = local.updated ? "8 vCPU" : "16 vCPU"
    memory = "32 GB"
    disk   = "100 GB"
  }
  initial_capacity {
    initial_capacity_type = "Driver"
    initial_capacity_config {
      worker_count = 1
      worker_configuration {
        cpu    = "2 vCPU"
        memory = "4 GB"
      }
    }
  }
}
