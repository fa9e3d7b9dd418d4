/** How resources are imported: which of them the provider can, by which id, and what it cannot read back. */
import type { Resource } from "./terraform.ts";

type Attributes = Resource["attributes"];

/** Types whose resources the provider does not import, or would make anew. */
export const notImported = new Set([
  // What triggers a deployment is Terraform's own.
  "aws_api_gateway_deployment",
  "aws_cognito_user_in_group",
  "aws_dynamodb_table_item",
  "aws_iam_access_key",
  "aws_iam_group_membership",
  "aws_lambda_invocation",
  // Whose archive is not read back, and cannot change.
  "aws_lambda_layer_version",
  "aws_s3_bucket_object",
  "aws_s3_object_copy",
  "aws_main_route_table_association",
]);

/** An id made of attributes, with something between them. */
const joined =
  (separator: string, ...names: string[]) =>
  (attributes: Attributes): string =>
    names.map((name) => attributes[name]).join(separator);

/** Ids under which resources are imported, where that is not the id that they have in the state. */
const ids: Record<string, (attributes: Attributes) => string> = {
  aws_api_gateway_authorizer: joined("/", "rest_api_id", "id"),
  aws_api_gateway_gateway_response: joined("/", "rest_api_id", "response_type"),
  aws_api_gateway_integration: joined("/", "rest_api_id", "resource_id", "http_method"),
  aws_api_gateway_integration_response: joined("/", "rest_api_id", "resource_id", "http_method", "status_code"),
  aws_api_gateway_method: joined("/", "rest_api_id", "resource_id", "http_method"),
  aws_api_gateway_method_response: joined("/", "rest_api_id", "resource_id", "http_method", "status_code"),
  aws_api_gateway_method_settings: joined("/", "rest_api_id", "stage_name", "method_path"),
  aws_api_gateway_model: joined("/", "rest_api_id", "name"),
  aws_api_gateway_request_validator: joined("/", "rest_api_id", "id"),
  aws_api_gateway_resource: joined("/", "rest_api_id", "id"),
  aws_api_gateway_stage: joined("/", "rest_api_id", "stage_name"),
  aws_api_gateway_usage_plan_key: joined("/", "usage_plan_id", "key_id"),
  aws_apigatewayv2_authorizer: joined("/", "api_id", "id"),
  aws_apigatewayv2_deployment: joined("/", "api_id", "id"),
  aws_apigatewayv2_integration: joined("/", "api_id", "id"),
  aws_apigatewayv2_route: joined("/", "api_id", "id"),
  aws_apigatewayv2_stage: joined("/", "api_id", "name"),
  aws_appautoscaling_policy: joined("/", "service_namespace", "resource_id", "scalable_dimension", "name"),
  aws_appautoscaling_target: joined("/", "service_namespace", "resource_id", "scalable_dimension"),
  aws_cloudwatch_event_target: joined("/", "event_bus_name", "rule", "target_id"),
  aws_cloudwatch_log_metric_filter: joined(":", "log_group_name", "name"),
  aws_cloudwatch_log_stream: joined(":", "log_group_name", "name"),
  aws_cloudwatch_log_subscription_filter: joined("|", "log_group_name", "name"),
  aws_cognito_user_pool_client: joined("/", "user_pool_id", "id"),
  aws_codedeploy_app: joined("", "name"),
  aws_codedeploy_deployment_group: joined(":", "app_name", "deployment_group_name"),
  aws_ecs_cluster: joined("", "name"),
  aws_ecs_service: ({ cluster, name }) => `${String(cluster).split("/")[1]}/${name}`,
  aws_ecs_task_definition: joined("", "arn"),
  aws_iam_group_policy_attachment: joined("/", "group", "policy_arn"),
  aws_iam_user_group_membership: ({ user, groups }) => [user, ...(groups as string[])].join("/"),
  aws_iam_role_policies_exclusive: joined("", "role_name"),
  aws_iam_role_policy_attachment: joined("/", "role", "policy_arn"),
  aws_iam_role_policy_attachments_exclusive: joined("", "role_name"),
  aws_iam_user_policy_attachment: joined("/", "user", "policy_arn"),
  aws_kinesis_stream: joined("", "name"),
  aws_lambda_alias: joined("/", "function_name", "name"),
  aws_lambda_permission: ({ function_name: name, qualifier, statement_id: id }) =>
    `${name}${qualifier ? `:${qualifier}` : ""}/${id}`,
  aws_network_acl_rule: joined(":", "network_acl_id", "rule_number", "protocol", "egress"),
  aws_route: ({ destination_cidr_block: ipv4, destination_ipv6_cidr_block: ipv6, ...route }) =>
    `${route.route_table_id}_${ipv4 || ipv6}`,
  aws_route_table_association: joined("/", "subnet_id", "route_table_id"),
  aws_security_group_rule: (rule) =>
    [rule.security_group_id, rule.type, rule.protocol, rule.from_port, rule.to_port, rule.cidr_blocks].flat().join("_"),
  aws_s3_object: joined("/", "bucket", "key"),
  aws_xray_sampling_rule: joined("", "rule_name"),
  aws_vpc_dhcp_options_association: joined("", "vpc_id"),
};

export const importId = ({ type, attributes }: Resource): string => ids[type]?.(attributes) ?? attributes.id;

/** What the service does not tell, or is only Terraform's own: an import does not know it, and the next apply sets it. */
export const unread: Record<string, string[]> = {
  aws_api_gateway_rest_api: ["body"],
  aws_dynamodb_resource_policy: ["confirm_remove_self_resource_access", "revision_id"],
  aws_ecs_service: ["task_definition", "wait_for_steady_state"],
  aws_iam_role: ["force_detach_policies"],
  aws_iam_user: ["force_destroy"],
  aws_cloudwatch_event_connection: ["auth_parameters"],
  aws_kinesis_stream: ["enforce_consumer_deletion"],
  aws_kms_key_policy: ["bypass_policy_lockout_safety_check"],
  aws_secretsmanager_secret: ["force_overwrite_replica_secret", "recovery_window_in_days"],
  aws_secretsmanager_secret_policy: ["block_public_policy"],
  aws_secretsmanager_secret_rotation: ["rotate_immediately"],
  aws_kms_key: ["bypass_policy_lockout_safety_check", "deletion_window_in_days"],
  // What follows from a new upload is not known before it.
  aws_lambda_function: [
    ...["filename", "publish", "source_code_hash"],
    ...["last_modified", "qualified_arn", "qualified_invoke_arn", "version"],
  ],
  aws_ecr_repository: ["force_delete"],
  aws_route53_zone: ["force_destroy"],
  aws_s3_bucket: ["force_destroy"],
  aws_s3_object: ["content", "force_destroy", "source", "source_hash", "version_id"],
  aws_sfn_alias: ["routing_configuration"],
  aws_sfn_state_machine: ["publish", "revision_id", "state_machine_version_arn"],
  aws_sns_topic_subscription: ["confirmation_timeout_in_minutes", "endpoint_auto_confirms"],
  aws_ssm_parameter: ["overwrite"],
};
