/* The meter's line, with the radio off. */
#pragma once

#include <kilowink/winky_memory.h>
#include <kilowink/winky_message.h>

enum class heard {
	/* A whole verified frame. */
	frame,
	/* Bytes came, and no frame. */
	noise,
	/* Nothing came: there is no meter. */
	silence,
};

/* Listens until there is a frame or no hope of one; the mode is remembered, and looked for when it has changed. */
heard listen_to_meter(winky_frame &frame, winky_memory &memory);
