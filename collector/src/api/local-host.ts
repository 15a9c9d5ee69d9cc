/** True for a Host header that names this machine itself: `localhost`, 127.0.0.0/8 or ::1, with or without a port. */
export const isLocalHost = (host: string): boolean =>
  /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i.test(host);
