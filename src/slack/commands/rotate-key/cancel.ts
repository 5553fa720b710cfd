import { RotationId, RunId } from '../../../domain/ids.ts';
import { say } from '../../views/say.ts';
import type { Verb } from '../contract.ts';
import { mayWithSomeKey } from '../offered.ts';
import { assertNoMore, idOf, splitNeededReason } from '../words.ts';

const EXAMPLE = '/rotate-key cancel run-4k9x2m7qpd because "wrong key"';

/** A run, or a rotation (`rot-…`), such as one that is on the calendar and has no run yet. Who may is the engine's to say. */
export const cancelVerb: Verb = {
  verb: 'cancel',
  example: 'cancel run-4k9x2m7qpd because "wrong key"',
  help: 'what can be taken back is taken back; also for rot-…',
  offered: mayWithSomeKey('cancel'),
  run: async ([id, ...rest], moment, desk) => {
    const isRotation = id?.text.toLowerCase().startsWith('rot-') === true;
    const of = isRotation ? { prefix: 'rot', what: 'rotation' } : { prefix: 'run', what: 'run' };
    const name = idOf(id, { ...of, example: EXAMPLE });
    const { words, reason } = splitNeededReason(rest, { what: 'cancelling', example: EXAMPLE });
    assertNoMore(words, EXAMPLE);
    if (isRotation) await desk.rotations.cancel(RotationId.parse(name), { ...moment.origin, reason });
    else await desk.engine.cancel(RunId.parse(name), { ...moment.origin, reason });
    const seen = isRotation ? '' : ' Its message shows how far it is.';
    return moment.show(say(`${name} is being cancelled: what can be taken back is taken back.${seen}`));
  },
};
