/* What the data of groups mean; see tic.h. */
#include <string.h>

#include <kilowink/tic.h>

#define DAY_S	      86400U
#define HOUR_S	      3600U
#define MINUTE_S      60U
#define YEAR_FIRST    2000U
/* 2000-01-01 in days since 1970-01-01. */
#define DAYS_TO_2000  10957U
#define MARCH	      3U
#define OCTOBER	      10U
#define DAYS_A_WEEK   7U
/* 2000-01-01 was a Saturday: so many days after a Sunday. */
#define WEEKDAY_FIRST 6U

static unsigned int two_digits(const char *text)
{
	return 10U * (unsigned int)(text[0] - '0') + (unsigned int)(text[1] - '0');
}

static unsigned int days_in_month(unsigned int year, unsigned int month)
{
	if (month == 2U) {
		return year % 4U == 0U ? 29U : 28U;
	}
	return month == 4U || month == 6U || month == 9U || month == 11U ? 30U : 31U;
}

bool tic_is_horodate(const char *text)
{
	unsigned int year;
	unsigned int month;
	unsigned int day;
	unsigned int hour;
	unsigned int minute;
	unsigned int second;

	if (text[0] == '\0' || strchr("HEhe ", text[0]) == NULL) {
		return false;
	}
	for (size_t i = 1; i < TIC_HORODATE_BYTES; i++) {
		if (text[i] < '0' || text[i] > '9') {
			return false;
		}
	}
	year = two_digits(&text[1]);
	month = two_digits(&text[3]);
	day = two_digits(&text[5]);
	hour = two_digits(&text[7]);
	minute = two_digits(&text[9]);
	second = two_digits(&text[11]);
	/* Zeros are a time that the meter does not have. */
	if (year + month + day + hour + minute + second == 0U) {
		return true;
	}
	return month >= 1U && month <= 12U && day >= 1U && day <= days_in_month(year, month) && hour <= 23U &&
	       minute <= 59U && second <= 59U;
}

/* Days since 2000-01-01, for years from 2000 to 2099, in which every fourth is a leap year. */
static unsigned int days_since_2000(unsigned int year, unsigned int month, unsigned int day)
{
	unsigned int days = 365U * year + (year + 3U) / 4U + day - 1U;

	for (unsigned int before = 1; before < month; before++) {
		days += days_in_month(year, before);
	}
	return days;
}

static unsigned int last_sunday(unsigned int year, unsigned int month)
{
	unsigned int last = days_since_2000(year, month, 31U);

	return last - (last + WEEKDAY_FIRST) % DAYS_A_WEEK;
}

/* European summer time: from 2 h of the last Sunday of March to 3 h of the last Sunday of October, by local clocks. */
static bool is_summer(unsigned int year, uint32_t local_s)
{
	return local_s >= last_sunday(year, MARCH) * DAY_S + 2U * HOUR_S &&
	       local_s < last_sunday(year, OCTOBER) * DAY_S + 3U * HOUR_S;
}

struct tic_time tic_decode_horodate(const char *text)
{
	struct tic_time time = {0};
	unsigned int year = two_digits(&text[1]);
	unsigned int month = two_digits(&text[3]);
	uint32_t local_s;
	bool in_summer = text[0] == 'E' || text[0] == 'e';

	time.is_degraded = text[0] == 'h' || text[0] == 'e';
	if (month == 0U) {
		return time;
	}
	local_s = days_since_2000(year, month, two_digits(&text[5])) * DAY_S + two_digits(&text[7]) * HOUR_S +
		  two_digits(&text[9]) * MINUTE_S + two_digits(&text[11]);
	if (text[0] == ' ') {
		in_summer = is_summer(year, local_s);
	}
	time.at_s = DAYS_TO_2000 * DAY_S + local_s - (in_summer ? 2U : 1U) * HOUR_S;
	time.is_known = true;
	return time;
}

uint32_t tic_number(const struct tic_group *group)
{
	uint32_t number = 0;

	for (size_t i = 0; i < group->label->size; i++) {
		number = 10U * number + (uint32_t)(group->data[i] - '0');
	}
	return number;
}

uint32_t tic_hex(const struct tic_group *group)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < group->label->size; i++) {
		char digit = group->data[i];

		bits = 16U * bits + (uint32_t)(digit <= '9' ? digit - '0' : digit - 'A' + 10);
	}
	return bits;
}

enum tic_period tic_decode_ptec(const char *data)
{
	static const char names[][5] = {"TH..", "HC..", "HP..", "HN..", "PM..", "HCJB",
					"HPJB", "HCJW", "HPJW", "HCJR", "HPJR"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (memcmp(data, names[i], 4) == 0) {
			return (enum tic_period)(i + 1U);
		}
	}
	return TIC_PERIOD_UNKNOWN;
}

static uint8_t field(uint32_t bits, unsigned int from, unsigned int count)
{
	return (uint8_t)((bits >> from) & ((1U << count) - 1U));
}

static bool flag(uint32_t bits, unsigned int at)
{
	return field(bits, at, 1U) == 1U;
}

struct tic_status tic_decode_status(uint32_t bits)
{
	const struct tic_status status = {
		.is_contact_open = flag(bits, 0),
		.is_cover_open = flag(bits, 4),
		.is_over_voltage = flag(bits, 6),
		.is_over_power = flag(bits, 7),
		.is_producer = flag(bits, 8),
		.is_injecting = flag(bits, 9),
		.is_clock_degraded = flag(bits, 16),
		.is_standard_mode = flag(bits, 17),
		.is_plc_synchronised = flag(bits, 23),
		.breaker = field(bits, 1, 3),
		.supplier_index = (uint8_t)(field(bits, 10, 4) + 1U),
		.distributor_index = (uint8_t)(field(bits, 14, 2) + 1U),
		.euridis = field(bits, 19, 2),
		.plc = field(bits, 21, 2),
		.tempo_today = (enum tic_colour)field(bits, 24, 2),
		.tempo_tomorrow = (enum tic_colour)field(bits, 26, 2),
		.peak_notice = field(bits, 28, 2),
		.peak_running = field(bits, 30, 2),
	};

	return status;
}
