import type { ASTNode } from '@marcbachmann/cel-js';

/** `inputs.key.slug` as its names, or null when something else stands there. */
export function segmentsOf(node: ASTNode): string[] | null {
  if (node.op === 'id') return [node.args];
  if (node.op !== '.') return null;
  const front = segmentsOf(node.args[0]);
  return front === null ? null : [...front, node.args[1]];
}

/** Every `has(steps.x)` in it, in canonical spelling. */
export function presenceChecks(node: ASTNode): string[] {
  const arg = node.op === 'call' && node.args[0] === 'has' ? node.args[1][0] : undefined;
  const segments = arg === undefined ? null : segmentsOf(arg);
  const own = segments?.[0] === 'steps' && segments.length === 2 ? [`has(${segments.join('.')})`] : [];
  return [...own, ...childrenOf(node).flatMap(presenceChecks)];
}

export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}
