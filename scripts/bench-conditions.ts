import { compileCondition } from '../src/runbook/conditions.ts';
import type { ScopeTypes } from '../src/runbook/scope.ts';
import type { ValueType } from '../src/runbook/types.ts';

// The slowest conditions that the rules accept, on the largest values that they may look at. Prints milliseconds; the promise is 50.

const text: ValueType = { shape: { kind: 'text', values: null }, nullable: false, meaning: null };
const list: ValueType = { shape: { kind: 'list', of: text }, nullable: false, meaning: null };
const fields = new Map([
  ['text', text],
  ['list', list],
]);
const inputs: ValueType = { shape: { kind: 'object', isKey: false, fields }, nullable: false, meaning: null };
const scope: ScopeTypes = {
  roots: new Map([['inputs', inputs]]),
  steps: new Map(),
  uncertain: new Set(),
  everyStep: [],
  facts: [],
};
const long = 'a'.repeat(2_000);
const values = { inputs: { text: long, list: Array.from({ length: 100 }, () => long) } };

const repeated = (part: string, times: number, by: string) => Array.from({ length: times }, () => part).join(by);
const WORST = [
  `inputs.list.exists(x,${repeated('x.trim()=="a"', 6, '||')})||inputs.list.exists(y,${repeated('y.trim()=="a"', 6, '||')})`,
  `inputs.list.exists(x,${repeated('x.upperAscii().lowerAscii()=="a"', 2, '||')})||inputs.list.exists(y,${repeated('y.upperAscii().lowerAscii()=="a"', 2, '||')})`,
  repeated('size(inputs.text)==1', 18, '||'),
  repeated('"aaaab" in inputs.list', 15, '||'),
  'inputs.list.exists(x,x in inputs.list&&"b" in inputs.list)||inputs.list.all(y,y in inputs.list&&"b" in inputs.list)',
  `inputs.list.exists(x,${repeated('x.contains(inputs.text)&&x!="a"', 2, '&&')})`,
  're2(inputs.text,"(a?){99}a{99}b")||re2(inputs.text,"((a*)*)*b|(a|aa)+c|([a-z]{1,40}){9}d")',
  `size(${repeated('inputs.text', 30, '+')})==1`,
];

let worstMs = 0;
for (const condition of WORST) {
  const compiled = compileCondition(condition, scope);
  if (Array.isArray(compiled)) throw new Error(`refused: ${condition}: ${JSON.stringify(compiled)}`);
  const times = Array.from({ length: 20 }, () => {
    const start = performance.now();
    compiled.holds(values);
    return performance.now() - start;
  });
  const slowest = Math.max(...times);
  worstMs = Math.max(worstMs, slowest);
  console.log(`${slowest.toFixed(1).padStart(6)} ms  ${condition.slice(0, 90)}`);
}
console.log(`${worstMs.toFixed(1).padStart(6)} ms  worst of all`);
process.exitCode = worstMs < 50 ? 0 : 1;
