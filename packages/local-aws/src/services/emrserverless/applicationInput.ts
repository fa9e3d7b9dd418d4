/** Rules of an application's settings. https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_CreateApplication.html */
import type { CreateApplicationRequest, MaximumAllowedResources } from "@aws-sdk/client-emr-serverless";
import { checkPattern, checkRange, invalid } from "./names.ts";

type Input = Partial<CreateApplicationRequest>;

const amount = /^(\d+(?:\.\d+)?) ?([a-z]*)$/i;

/** vCPU of `4 vCPU`. @throws AwsError `ValidationException` */
function cpuOf(member: string, text: string): number {
  const [, value, unit = ""] = amount.exec(text) ?? [];
  if (value && /^(|vcpu)$/i.test(unit) && Number(value) > 0) return Number(value);
  throw invalid(`Invalid value '${text}' at '${member}': it must be a number of vCPU, such as 4 vCPU`);
}

const units: Record<string, number> = { "": 2 ** 30, g: 2 ** 30, gb: 2 ** 30, gib: 2 ** 30, m: 2 ** 20, mb: 2 ** 20 };

/** Bytes of `16 GB`. @throws AwsError `ValidationException` */
function memoryOf(member: string, text: string): number {
  const [, value, unit = ""] = amount.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  if (value && factor && Number(value) > 0) return Number(value) * factor;
  throw invalid(`Invalid value '${text}' at '${member}': it must be an amount of memory, such as 16 GB`);
}

/** @throws AwsError `ValidationException` */
export function checkApplication(input: Input): void {
  checkPattern("name", input.name, /^[A-Za-z0-9._/#-]+$/, 64);
  checkPattern("releaseLabel", input.releaseLabel, /^[A-Za-z0-9._/-]+$/, 64);
  if (input.releaseLabel !== undefined && !/^emr-(spark-)?\d+\.\d+(\.\d+)?(-[a-z0-9.-]+)?$/.test(input.releaseLabel)) {
    throw invalid(`Release label ${input.releaseLabel} is not supported. It has the form emr-7.5.0`);
  }
  if (input.type !== undefined && !/^(spark|hive)$/i.test(input.type)) {
    throw invalid(`Application type ${input.type} is not supported. Supported types are [SPARK, HIVE]`);
  }
  const { autoStopConfiguration: stop, schedulerConfiguration: queue, maximumCapacity, initialCapacity = {} } = input;
  checkRange("autoStopConfiguration.idleTimeoutMinutes", stop?.idleTimeoutMinutes, 1, 10_080);
  checkRange("schedulerConfiguration.queueTimeoutMinutes", queue?.queueTimeoutMinutes, 15, 720);
  checkRange("schedulerConfiguration.maxConcurrentRuns", queue?.maxConcurrentRuns, 1, 1_000);
  const most = maximumCapacity && capacityOf(maximumCapacity);
  const first = { cpu: 0, memory: 0 };
  for (const [worker, { workerCount, workerConfiguration }] of Object.entries(initialCapacity)) {
    const at = `initialCapacity.${worker}`;
    checkRange(`${at}.workerCount`, workerCount, 1, 1_000_000);
    if (!workerConfiguration) continue;
    first.cpu += workerCount! * cpuOf(`${at}.workerConfiguration.cpu`, workerConfiguration.cpu ?? "");
    first.memory += workerCount! * memoryOf(`${at}.workerConfiguration.memory`, workerConfiguration.memory ?? "");
  }
  if (most && (first.cpu > most.cpu || first.memory > most.memory)) {
    throw invalid("The application's initialCapacity exceeds its maximumCapacity");
  }
}

/** vCPU and bytes. @throws AwsError `ValidationException` */
export const capacityOf = ({ cpu = "", memory = "" }: MaximumAllowedResources) => ({
  cpu: cpuOf("maximumCapacity.cpu", cpu),
  memory: memoryOf("maximumCapacity.memory", memory),
});
