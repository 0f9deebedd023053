/*
 * When a gateway on the meter's socket does what with the charge there is. The twin of packages/sim/src/winky/scheduler.ts,
 * number for number; docs/design/winky.md says why.
 */
#ifndef KILOWINK_WINKY_SCHEDULE_H
#define KILOWINK_WINKY_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct winky_schedule_options {
	/* Where the supervisor cuts. */
	int32_t stop_mv;
	/* Where the capacitors are full. */
	int32_t full_mv;
	/* What is never planned with. */
	int32_t margin_mv;
	int32_t sleep_s_min;
	int32_t sleep_s_max;
};

/* What it has learnt; kept over sleeps. */
struct winky_schedule {
	/* What a whole cycle costs. */
	int32_t cost_mv;
	/* How fast sleeping charges. */
	int32_t gain_uv_per_s;
};

/* A voltage below this is no measurement: the input is not wired. */
#define WINKY_MEASURED_MV_MIN 500

enum winky_decision {
	WINKY_SLEEP = 0,
	/* Listen with the radio off. */
	WINKY_READ = 1,
	WINKY_WHOLE = 2,
};

/* Careful first guesses. */
void winky_schedule_init(struct winky_schedule *schedule);

/* What a sleep of so many seconds brought; one that filled the capacitors tells only what it brought at least. */
void winky_learn_sleep(struct winky_schedule *schedule, const struct winky_schedule_options *options, int32_t before_mv,
		       int32_t after_mv, int32_t slept_s);

/* What a whole cycle cost: a greater cost counts at once, a smaller one by an eighth. */
void winky_learn_cycle(struct winky_schedule *schedule, int32_t before_mv, int32_t after_mv);

/* What there is charge for. */
enum winky_decision winky_decide(const struct winky_schedule *schedule, const struct winky_schedule_options *options,
				 int32_t now_mv);

/* How long to sleep, in s. */
int32_t winky_sleep_seconds(const struct winky_schedule *schedule, const struct winky_schedule_options *options,
			    int32_t now_mv);

#ifdef __cplusplus
}
#endif

#endif
