# Shared by all roots. The endpoint, the keys and the region come from the environment.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

# 1 when the root is made, 2 when it is updated.
variable "step" {
  type = number
}

# What is taggable is changed by the update, whatever else is.
provider "aws" {
  default_tags {
    tags = { suite = "terraform", step = tostring(var.step) }
  }
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

data "aws_partition" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.name
  updated = var.step == 2
}
