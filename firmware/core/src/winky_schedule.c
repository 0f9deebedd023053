/* The gateway's schedule; see winky_schedule.h. Divisions round towards zero, as those of the twin do. */
#include <kilowink/winky_schedule.h>

#define COST_MV_FIRST	    450
#define GAIN_UV_PER_S_FIRST 15000
#define SLEEP_S_LEARNT_MIN  5

static int32_t needed_mv(const struct winky_schedule *schedule, const struct winky_schedule_options *options)
{
	int32_t needed = options->stop_mv + options->margin_mv + schedule->cost_mv;

	/* A cost that full capacitors do not hold is tried with full capacitors. */
	return needed < options->full_mv ? needed : options->full_mv;
}

void winky_schedule_init(struct winky_schedule *schedule)
{
	schedule->cost_mv = COST_MV_FIRST;
	schedule->gain_uv_per_s = GAIN_UV_PER_S_FIRST;
}

void winky_learn_sleep(struct winky_schedule *schedule, const struct winky_schedule_options *options, int32_t before_mv,
		       int32_t after_mv, int32_t slept_s)
{
	int32_t gain;

	if (slept_s < SLEEP_S_LEARNT_MIN || before_mv < WINKY_MEASURED_MV_MIN) {
		return;
	}
	gain = after_mv > before_mv ? (after_mv - before_mv) * 1000 / slept_s : 0;
	if (after_mv >= options->full_mv && gain < schedule->gain_uv_per_s) {
		return;
	}
	schedule->gain_uv_per_s += (gain - schedule->gain_uv_per_s) / 4;
}

void winky_learn_cycle(struct winky_schedule *schedule, int32_t before_mv, int32_t after_mv)
{
	int32_t drop_mv = before_mv > after_mv ? before_mv - after_mv : 0;

	if (drop_mv >= schedule->cost_mv) {
		schedule->cost_mv = drop_mv;
	} else {
		schedule->cost_mv -= (schedule->cost_mv - drop_mv) / 8;
	}
}

enum winky_decision winky_decide(const struct winky_schedule *schedule, const struct winky_schedule_options *options,
				 int32_t now_mv)
{
	if (now_mv < WINKY_MEASURED_MV_MIN) {
		return WINKY_WHOLE;
	}
	if (now_mv < options->stop_mv + options->margin_mv) {
		return WINKY_SLEEP;
	}
	return now_mv >= needed_mv(schedule, options) ? WINKY_WHOLE : WINKY_READ;
}

int32_t winky_sleep_seconds(const struct winky_schedule *schedule, const struct winky_schedule_options *options,
			    int32_t now_mv)
{
	int32_t missing_mv = now_mv < WINKY_MEASURED_MV_MIN ? 0 : needed_mv(schedule, options) - now_mv;
	int32_t seconds;

	if (missing_mv <= 0) {
		return options->sleep_s_min;
	}
	if (schedule->gain_uv_per_s <= 0) {
		return options->sleep_s_max;
	}
	seconds = (missing_mv * 1000 + schedule->gain_uv_per_s - 1) / schedule->gain_uv_per_s;
	if (seconds < options->sleep_s_min) {
		return options->sleep_s_min;
	}
	return seconds < options->sleep_s_max ? seconds : options->sleep_s_max;
}
