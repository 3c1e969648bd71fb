export const root = '/compat/vtex-pick-and-pack';
export const tag = 'VTEX Pick and Pack, served by Packline';
