import { cancelRotation } from './cancel-rotation.ts';
import type { RotationsDeps } from './deps.ts';
import { extendGrace, waiveGate } from './in-grace.ts';
import { request } from './request.ts';
import type { Rotations } from './rotations.ts';
import { startDue } from './start-due.ts';

/** The verbs on rotations bound to their means. */
export function openRotations(deps: RotationsDeps): Rotations {
  return {
    request: (asked) => request(deps, asked),
    startDue: (rotation) => startDue(deps, rotation),
    cancel: (rotation, origin) => cancelRotation(deps, rotation, origin),
    extendGrace: (asked) => extendGrace(deps, asked),
    waiveGate: (asked) => waiveGate(deps, asked),
  };
}
