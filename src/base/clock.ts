/**
 * Time is an argument. Time that decides between processes is the database's (`syncline_now()`, see `db/clock`);
 * `clock.now()` is for everything else, and follows the same offset, which only tests can set.
 */
export interface Clock {
  now(): Date;
}
