/** What `packline doctor` found out about one thing. */
export interface Check {
  name: string;
  status: 'ok' | 'advice' | 'wrong';
  message: string;
  /** What to do about it. */
  fix?: string;
}
