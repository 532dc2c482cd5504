/** What each figure must reach. A figure without a target is there to be read beside the one that has one. */
export const targets: { name: string; atLeast?: number; atMost?: number }[] = [
  { name: 'initial_load_over_copy', atLeast: 0.8 },
  { name: 'hub_write_over_copy', atLeast: 0.95 },
  { name: 'hub_write_2_over_copy', atLeast: 1.5 },
  { name: 'unchanged_resync_over_copy', atLeast: 2.5 },
  { name: 'listing_over_copy_out', atLeast: 0.8 },
  { name: 'listing_depth_ratio', atMost: 1.2 },
  { name: 'rss_mb_peak', atMost: 256 },
  { name: 'rss_mb_growth_1m', atMost: 32 },
  { name: 'rss_mb_peak_strategies', atMost: 288 },
  { name: 'tenants_efficiency', atLeast: 0.8 },
  { name: 'feed_write_ratio', atLeast: 0.95 },
  { name: 'small_customer_delay_slices', atMost: 2 },
  { name: 'fairness_over_serial', atLeast: 0.9 },
  { name: 'scheduler_growth_5k_to_50k', atMost: 1.2 },
  { name: 'workers_scaling_2', atLeast: 1.7 },
  { name: 'hook_to_listing_ms_p95', atMost: 1000 },
];
