/** Roles, notes, channels and reviews of incidents. */
export const incidents = /* sql */ `
`;
