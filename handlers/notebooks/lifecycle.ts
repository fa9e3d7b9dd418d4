import { hashOf } from "../lib/revision.ts";
import { idleReport } from "./idleReport.ts";
import type { NotebookSpec } from "./notebook.ts";
import type { NotebookSettings } from "./settings.ts";

/** Where the scripts of a notebook are on its instance. */
const folder = "/opt/notebook";
/** The home of an instance's user. */
const home = "/home/ec2-user";
const environments = `${home}/anaconda3/envs`;

/**
 * What an instance runs as root each time it starts: at most five minutes, so that what installs goes on by itself. Users'
 * own commands run as its user, who is root only where the notebook gives root access.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/notebook-lifecycle-config.html
 */
export function onStart(spec: NotebookSpec, cluster: NotebookSettings["cluster"]): string {
  const { Repository, Requirements, Lifecycle, ClusterBacked } = spec;
  return [
    "#!/bin/bash",
    "set -eu",
    `install -d -m 755 ${folder}`,
    file(`${folder}/idle_report.py`, idleReport),
    `systemd-run --unit=idle-report --on-active=60 --on-unit-active=300 /usr/bin/python3 ${folder}/idle_report.py`,
    ...(Repository ? clone(Repository) : []),
    ...(Requirements?.length ? install("requirements.txt", `${Requirements.join("\n")}\n`) : []),
    ...(ClusterBacked && cluster ? sparkmagic(cluster) : []),
    ...(Lifecycle
      ? [file(`${folder}/lifecycle.sh`, `${Lifecycle}\n`), inBackground("lifecycle", `bash ${folder}/lifecycle.sh`)]
      : []),
    "",
  ].join("\n");
}

/** What was cloned before is its user's, and stays as it is. */
function clone(repository: string): string[] {
  const into = `${home}/SageMaker/${repository
    .split("/")
    .at(-1)!
    .replace(/\.git$/, "")}`;
  return [`[ -e '${into}' ] || ${inBackground("clone", `git clone --quiet '${repository}' '${into}'`)}`];
}

const install = (name: string, requirements: string): string[] => [
  file(`${folder}/${name}`, requirements),
  inBackground("requirements", `${environments}/python3/bin/pip install --quiet -r ${folder}/${name}`),
];

/**
 * Kernels that run on the Spark application, by its Livy endpoint.
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-workloads-livy-endpoints.html
 */
function sparkmagic({ livyUrl: url, executionRoleArn }: NonNullable<NotebookSettings["cluster"]>): string[] {
  const credentials = { username: "", password: "", url, auth: "Custom_Auth" };
  const config = {
    kernel_python_credentials: credentials,
    kernel_scala_credentials: credentials,
    authenticators: {
      None: "sparkmagic.auth.customauth.Authenticator",
      Basic_Access: "sparkmagic.auth.basic.Basic",
      Custom_Auth: "emr_serverless_customauth.customauthenticator.EMRServerlessCustomSigV4Signer",
    },
    session_configs: { conf: { "emr-serverless.session.executionRoleArn": executionRoleArn } },
    livy_session_startup_timeout_seconds: 600,
    ignore_ssl_errors: false,
  };
  return [
    `install -d -o ec2-user ${home}/.sparkmagic`,
    file(`${home}/.sparkmagic/config.json`, `${JSON.stringify(config, null, 2)}\n`),
    inBackground("sparkmagic", `${environments}/JupyterSystemEnv/bin/pip install --quiet emr-serverless-customauth`),
  ];
}

/** A file with that content, whatever it is: the line that ends it is none of its own. */
function file(path: string, content: string): string {
  const end = `END_${hashOf(content).slice(0, 8)}`;
  return `cat > ${path} <<'${end}'\n${content}${end}`;
}

/** As the instance's user, and not waited for; its output is in the instance's journal. */
const inBackground = (unit: string, command: string): string =>
  `systemd-run --unit=notebook-${unit} --uid=ec2-user --setenv=HOME=${home} ${command}`;
