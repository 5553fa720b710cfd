import type { Sink } from './contract.ts';
import { fileSink } from './file.ts';

/** Every place that a secret can be delivered to. One more is one file and one line. */
export const sinks = ({ fileRoots }: { fileRoots: readonly string[] }): readonly Sink[] => [
  fileSink({ roots: fileRoots }),
];
