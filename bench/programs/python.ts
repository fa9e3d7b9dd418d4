import { pythonRules } from "../../components/function/python/package.ts";

/** Packs a function in Python as the program does, and prints how many milliseconds it takes. Run by `bench/benchmarks/python.ts`. */
const began = performance.now();
const [problem] = pythonRules({ entry: process.argv[2] as `${string}.py` });
if (problem) throw new Error(`${problem.field} is ${problem.value}; allowed is ${problem.allowed}`);
console.log(performance.now() - began);
