import type { KnownBlock } from '@slack/types';
import { type Missed, QUESTION_TEXT } from '../../domain/questions.ts';
import { bold, bullets, type Line } from '../blocks.ts';
import { cut } from '../text.ts';

/** Why the rotation was missed: the five questions, each with its answer and what in the ledger says so. */
export function missedBlock({ missed, answers }: Missed): KnownBlock {
  const told = answers.map(
    ({ question, answer, proof }): Line => [`${QUESTION_TEXT[question]} `, bold(`${answer}. `), cut(proof, 250)],
  );
  return bullets([bold(cut(missed, 400))], told);
}
