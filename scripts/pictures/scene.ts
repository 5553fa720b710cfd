import type { Hands } from '../../test/journeys/hands.ts';
import type { Cast } from '../../test/journeys/journey.ts';
import type { Setting, Stage } from '../../test/journeys/stage.ts';
import type { Camera, Shot } from './camera.ts';

/** A part of the tour: what people do at the same Slack, and where somebody takes a picture. */
export interface Scene {
  name: string;
  setting: Setting;
  play: (people: Cast, stage: Stage, camera: Camera) => Promise<void>;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The form behind a button: opened, photographed and put away. */
export async function formBehind(
  button: string,
  { who, on, camera, shot = {} }: { who: Hands; on?: string; camera: Camera; shot?: Shot },
): Promise<void> {
  const press = () => who.presses(button, on);
  await press();
  await camera.form(who, { ...shot, again: press });
  await who.closes();
}
