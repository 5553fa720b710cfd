/**
 * The state of a view as the workspace keeps it (`{ type, selected_option: { value } }`), in the plain values the page works with.
 * So a modal that was open before a reload shows again what was filled in.
 */
export function valuesOf(state) {
  return mapObject(state, (actions) => mapObject(actions, plainValue));
}

function plainValue({ type: _type, ...answer }) {
  const [value = null] = Object.values(answer);
  if (Array.isArray(value)) return value.map(optionValue);
  return optionValue(value);
}

function optionValue(answer) {
  return answer?.value ?? (typeof answer === 'object' ? null : answer);
}

function mapObject(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));
}
