/** Tags of an instance, by which it and the cleaner speak. Times are ISO 8601, UTC. */
export const tags = {
  /** When the instance last said anything. */
  reported: "notebook:reported",
  /** When its user last did something, as far as Jupyter knows. */
  active: "notebook:active",
  /** `kernel` or `terminal` while one is at work or open; empty otherwise. */
  busy: "notebook:busy",
  /** When the cleaner is going to stop it. */
  stopsAt: "notebook:stops-at",
} as const;

/**
 * What runs on the instance every five minutes: Jupyter's own word of its sessions and terminals, as tags. It decides
 * nothing: an instance whose report is lost is not taken for idle, and its silence is an alarm.
 */
export const idleReport = `import datetime, json, ssl, subprocess, urllib.request

metadata = json.load(open("/opt/ml/metadata/resource-metadata.json"))
# The server's certificate is its own.
context = ssl._create_unverified_context()


def ask(path):
    with urllib.request.urlopen("https://localhost:8443/api/" + path, context=context, timeout=30) as answer:
        return json.load(answer)


kernels = [session["kernel"] for session in ask("sessions")] + ask("kernels")
terminals = ask("terminals")
now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
busy = "kernel" if any(one["execution_state"] == "busy" for one in kernels) else "terminal" if terminals else ""
times = [one["last_activity"][:19] + "Z" for one in kernels + terminals if one.get("last_activity")]
tags = {"${tags.reported}": now, "${tags.busy}": busy}
if busy:
    tags["${tags.active}"] = now
elif times:
    tags["${tags.active}"] = max(times)
subprocess.run(
    ["aws", "sagemaker", "add-tags", "--region", metadata["ResourceArn"].split(":")[3]]
    + ["--resource-arn", metadata["ResourceArn"]]
    + ["--tags", json.dumps([{"Key": key, "Value": value} for key, value in tags.items()])],
    check=True,
    stdout=subprocess.DEVNULL,
)
`;
