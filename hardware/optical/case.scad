// Case of the optical sensor: a bar across the meter's front, held by two jaws at its sides, and on it a head with
// the photodiode behind a light-tight collar. Nothing is glued to the meter and nothing is screwed into it.
//
//   openscad --export-format binstl -o head.stl -D 'part="head"' case.scad
//
// All parts are modelled where they are when assembled, as seen from the front: x to the right, y up, z out of the
// meter; z = 0 is the collar's back, the foam fills what is between it and the meter. Millimetres.

/* [What to show] */
part = "assembly"; // [assembly, section, bar, jaw, shoe, collar, head, cap, tray, lid, board, clash, way]
// Parts as they are printed, or where they are in the end.
place = "bed"; // [bed, meter]

/* [Your meter: measure it] */
// Width of the meter's body where the bar crosses it.
meter_width = 130;
// How far the jaws reach behind the front; less than what is free beside the meter.
jaw_depth = 16;
// Thickness of the pads (rubber, inner tube) on each jaw.
pad = 1.5;
// Foam under the collar when it is pressed.
foam = 2;

/* [Your parts] */
board = "xiao"; // [xiao, trinket]
diode = "bpw34"; // [bpw34, round5]

/* [Your printer] */
// Play between parts that slide into each other, all around.
play = 0.25;
bed = 220;

/* [Measures] */
bore = 10;
tube_wall = 2.4;
flange = [40, 24];
flange_t = 5;
bar_t = 5;
bar_h = 28;
floor_t = 2.4;
wall = 2.4;
inner = [37, 23];
screw_x = 14.2;
skirt = 1.6;
// The photodiode ends this far in front of the collar's back.
eye_z = 4;
cap_top = 4.6;

$fn = 48;

// Parts lie on each other with this between them, so that "clash" finds only what is wrong.
gap = 0.05;
m3 = 3.4;
m3_head = 6;
m3_nut = 6.5;
m3_nut_t = 2.6;

tube_d = bore + 2 * tube_wall;
slot_w = tube_d + 2 * play + 0.2;
bar_z = flange_t + gap;
head_z = bar_z + bar_t + gap;
floor_z = head_z + floor_t;
chimney_id = tube_d + 2 * play;
chimney_od = chimney_id + 2 * 1.6;
chimney_h = 5;
cap_id = chimney_od + 2 * play;
cap_od = cap_id + 2 * skirt;
cap_z = floor_z + chimney_h + gap;
// Width, length, thickness of the board; height of the connector's middle above the board.
board_size = board == "xiao" ? [21, 17.8, 1.2] : [26.7, 15.3, 1.6];
// Of its sides, from the end away from the connector, nothing is soldered here.
rib_l = board == "xiao" ? 11 : 6;
// Room for R1 and C1 below the board.
ribs = 4;
tray_t = 1.6;
ledge_x = 14.5;
ledge_y = 6;
usb = board == "xiao" ? [13, 8, 1.6] : [12, 9, 1.3];
board_z = cap_z + cap_top + 6;
tray_z = board_z - gap - ribs - tray_t;
roof_z = board_z + board_size[2] + 8;
outer = [inner[0] + 2 * wall, inner[1] + 2 * wall];
board_end = inner[0] / 2 - 0.4;

// How much wider than measured the meter may be.
travel = 6;
jaw_screw = 14;
jaw_t = 6;
strap = [3.2, 20];
grip = meter_width + 2 * pad;
left = -grip / 2;
right = grip / 2;
bar_left = left - jaw_t - 12;
slot_end = right + travel + 18;
bar_right = slot_end + slot_w / 2 + 10;
bar_l = bar_right - bar_left;

assert(bar_l <= bed * 1.35, "the bar is longer than the bed's diagonal");
assert(cap_od / 2 < screw_x - m3_head / 2, "the cap hides the screws");
assert(screw_x + m3_head / 2 < inner[0] / 2, "the screws do not fit into the box");
assert(cap_od < inner[1], "the cap does not fit into the box");
assert(board_size[0] < inner[0] - 1 && board_size[1] < inner[1] - 2, "the board does not fit into the box");
assert(slot_w + 10 < bar_h, "the bar is weak beside its slot");
assert(screw_x + m3_nut / 2 + 1.5 < flange[0] / 2, "the nuts do not fit into the collar");

module plate(size, t, r = 3) {
  linear_extrude(t) offset(r) square([size[0] - 2 * r, size[1] - 2 * r], center = true);
}

module screws(d, h) {
  for (x = [-screw_x, screw_x]) translate([x, 0, 0]) cylinder(d = d, h = h);
}

// Two rails with a slot between them; the left jaw is one piece with it.
module bar() {
  difference() {
    union() {
      translate([(bar_left + bar_right) / 2, 0, bar_z]) plate([bar_l, bar_h], bar_t, 4);
      translate([left - jaw_t, -bar_h / 2, -foam - jaw_depth]) cube([jaw_t, bar_h, bar_z + foam + jaw_depth + 1]);
      // A gusset keeps the jaw from bending; it is outside of the meter.
      translate([left - jaw_t, 0, bar_z]) rotate([90, 0, 0]) linear_extrude(bar_h - 8, center = true)
        polygon([[0, 0.5], [-5, 0.5], [0, -9]]);
    }
    hull() for (x = [left + slot_w / 2 + 1, slot_end])
      translate([x, 0, bar_z - 1]) cylinder(d = slot_w, h = bar_t + 2);
    for (x = [bar_left + 3, bar_right - 3 - strap[0]])
      translate([x, -strap[1] / 2, bar_z - 1]) cube([strap[0], strap[1], bar_t + 2]);
  }
}

// Slides in the bar's slot and is held there by a screw and the shoe.
module jaw() {
  difference() {
    union() {
      translate([right, -bar_h / 2, -foam - jaw_depth]) cube([jaw_t, bar_h, foam + jaw_depth + flange_t]);
      translate([right, -bar_h / 2, 0]) cube([22, bar_h, flange_t]);
      translate([right + jaw_t, 0, 0]) rotate([90, 0, 0]) linear_extrude(bar_h - 8, center = true)
        polygon([[-0.1, 0.5], [5, 0.5], [-0.1, -9]]);
      // The tenon keeps it from turning.
      translate([right, -tube_d / 2, flange_t - 0.1]) cube([18, tube_d, bar_t - 0.7]);
    }
    translate([right + jaw_screw, 0, -1]) cylinder(d = m3, h = 20);
    translate([right + jaw_screw, 0, -1]) cylinder(d = m3_nut, h = 1 + m3_nut_t, $fn = 6);
  }
}

module shoe() {
  translate([right + jaw_screw, 0, head_z]) difference() {
    plate([20, bar_h - 2], 3, 3);
    translate([0, 0, -1]) cylinder(d = m3, h = 5);
  }
}

// Flange with foam on its back, and the tube through which the photodiode looks.
module collar() {
  difference() {
    union() {
      plate(flange, flange_t, 6);
      cylinder(d = tube_d, h = floor_z + chimney_h - 1);
    }
    translate([0, 0, -1]) cylinder(d = bore, h = 60);
    translate([0, 0, -1]) screws(m3, flange_t + 2);
    translate([0, 0, -0.01]) for (x = [-screw_x, screw_x])
      translate([x, 0, 0]) cylinder(d = m3_nut, h = m3_nut_t, $fn = 6);
  }
}

// What the tray lies on: corners with a slope below them, which print without support. Cap and screws pass between them.
module ledges() {
  for (sx = [0, 1], sy = [0, 1]) mirror([sx, 0, 0]) mirror([0, sy, 0]) hull() {
    translate([ledge_x, ledge_y, tray_z - gap - 1]) cube([inner[0] / 2 - ledge_x + 0.1, inner[1] / 2 - ledge_y + 0.1, 1]);
    translate([inner[0] / 2, ledge_y, tray_z - 6]) cube([0.1, inner[1] / 2 - ledge_y + 0.1, 1]);
  }
}

// Goes in over the cap and carries the board on ribs, away from the pads that are soldered; parts and wires lie between.
module tray() {
  size = [inner[0] - 2 * play, inner[1] - 2 * play];
  back = board_end - board_size[0];
  difference() {
    union() {
      translate([0, 0, tray_z]) plate(size, tray_t, 1);
      for (y = [-1, 1]) translate([back, y * (board_size[1] / 2 - 0.25) - 1.25, tray_z]) cube([rib_l, 2.5, tray_t + ribs]);
      translate([board_end - 2.5, -4, tray_z]) cube([2.4, 8, tray_t + ribs]);
      // Behind the board, so that a plug does not push it in.
      translate([-size[0] / 2, -4, tray_z]) cube([back - 0.2 + size[0] / 2, 8, tray_t + ribs + board_size[2]]);
    }
    // For the wires.
    hull() for (x = [-4, 6]) translate([x, 0, tray_z - 1]) cylinder(d = 6, h = tray_t + 2);
  }
}

module head() {
  h = roof_z - head_z;
  difference() {
    union() {
      translate([0, 0, head_z]) difference() {
        plate(outer, h, 3);
        translate([0, 0, floor_t]) plate(inner, h, 1);
      }
      translate([0, 0, head_z]) cylinder(d = chimney_od, h = floor_t + chimney_h);
      ledges();
      tongue();
    }
    translate([0, 0, head_z - 1]) cylinder(d = chimney_id, h = 20);
    translate([0, 0, head_z - 1]) screws(m3, floor_t + 2);
    usb_opening();
  }
}

module usb_opening() {
  translate([inner[0] / 2 - 1, 0, board_z + board_size[2] + usb[2]]) rotate([90, 0, 90])
    linear_extrude(wall + 3) offset(1.5) square([usb[0] - 3, usb[1] - 3], center = true);
}

// The cable is tied to it behind its plug.
module tongue() {
  x = outer[0] / 2 - 0.1;
  l = 26;
  z = board_z + board_size[2] + usb[2] - usb[1] / 2 - 3;
  difference() {
    translate([x, 0, z]) rotate([90, 0, 0]) linear_extrude(12, center = true) polygon([[0, 0], [l, 0], [l, 3], [0, 3]]);
    for (y = [-4.5, 4.5]) translate([x + l - 8, y - 0.9, z - 1]) cube([4.5, 1.8, 5]);
  }
  // It stands on a web that begins at the head's floor: no support.
  translate([x, 0, head_z]) rotate([90, 0, 0]) linear_extrude(3, center = true)
    polygon([[0, 0], [3, 0], [l, z - head_z + 0.1], [0, z - head_z + 0.1]]);
}

// Holds the photodiode in the tube, near to the meter. Its skirt goes over the chimney, so light would have to turn
// three times. The wires go through two bores.
module cap() {
  stem_d = bore - 2 * play;
  wires = diode == "bpw34" ? 2.54 : 1.5;
  difference() {
    union() {
      difference() {
        translate([0, 0, floor_z + 0.4]) cylinder(d = cap_od, h = cap_z + cap_top - floor_z - 0.4);
        translate([0, 0, floor_z]) cylinder(d = cap_id, h = cap_z - floor_z);
      }
      translate([0, 0, eye_z]) cylinder(d = stem_d, h = cap_z - eye_z + 1);
    }
    if (diode == "bpw34") translate([-2.9, -2.35, eye_z - 1]) cube([5.8, 4.7, 1 + 3.4]);
    else translate([0, 0, eye_z - 1]) cylinder(d = 6.2, h = 1 + 7);
    for (x = [-wires, wires]) translate([x, 0, eye_z]) cylinder(d = 1.5, h = 60, $fn = 16);
  }
}

// Its lip goes 3 mm into the box; two fingers hold the board down.
module lid() {
  finger = roof_z - board_z - board_size[2] - 0.2;
  translate([0, 0, roof_z + gap]) {
    plate(outer, 2, 3);
    translate([0, 0, -3]) difference() {
      plate([inner[0] - 2 * play, inner[1] - 2 * play], 3.1, 1);
      translate([0, 0, -1]) plate([inner[0] - 2 * play - 3.2, inner[1] - 2 * play - 3.2], 6, 1);
    }
    for (y = [-1, 1]) translate([board_end - board_size[0] + 2, y * (board_size[1] / 2 - 0.7) - 0.8, -finger])
      cube([4, 1.6, finger + 0.1]);
  }
}

module board_dummy() {
  translate([board_end - board_size[0], -board_size[1] / 2, board_z]) cube(board_size);
}

module meter_dummy() {
  translate([-meter_width / 2, -60, -foam - 60]) cube([meter_width, 120, 60 - gap]);
}

module assembly() {
  color("#5b6773") bar();
  color("#5b6773") jaw();
  color("#0f6e6e") shoe();
  color("#1f2933") collar();
  color("#0f6e6e") head();
  color("#1f2933") cap();
  color("#5b6773") tray();
  color("#c77700") board_dummy();
  color("#0f6e6e", 0.6) lid();
}

// What two parts both claim; nothing, if all is right.
module clash() {
  intersection() { collar(); union() { bar(); head(); cap(); } }
  intersection() { bar(); union() { head(); jaw(); shoe(); cap(); } }
  intersection() { cap(); union() { head(); tray(); } }
  intersection() { tray(); union() { head(); lid(); } }
  intersection() { board_dummy(); union() { head(); tray(); lid(); } }
  intersection() { lid(); head(); }
  intersection() { meter_dummy(); union() { bar(); jaw(); collar(); } }
}

// What is in the way of cap, screws and their driver, and tray, as they go into the box; nothing, if all is right.
module way() {
  intersection() {
    head();
    union() {
      translate([0, 0, cap_z]) cylinder(d = cap_od, h = 60);
      translate([0, 0, floor_z + gap]) screws(m3_head, 60);
      translate([0, 0, tray_z]) plate([inner[0] - 2 * play, inner[1] - 2 * play], 60, 1);
    }
  }
}

if (part == "assembly") assembly();
if (part == "section") intersection() { assembly(); translate([-300, 0, -200]) cube([600, 300, 600]); }
if (part == "clash") clash();
if (part == "way") way();
// Each lies on the face on which it prints without support.
module lay(turn, from) {
  if (place == "bed") rotate(turn) translate(-from) children();
  else children();
}
if (part == "bar") lay([180, 0, 0], [0, 0, bar_z + bar_t]) bar();
if (part == "jaw") lay([0, -90, 0], [right, 0, 0]) jaw();
if (part == "shoe") lay([0, 0, 0], [right + jaw_screw, 0, head_z]) shoe();
if (part == "collar") lay([0, 0, 0], [0, 0, 0]) collar();
if (part == "head") lay([0, 0, 0], [0, 0, head_z]) head();
if (part == "cap") lay([180, 0, 0], [0, 0, cap_z + cap_top]) cap();
if (part == "tray") lay([0, 0, 0], [0, 0, tray_z]) tray();
if (part == "lid") lay([180, 0, 0], [0, 0, roof_z + gap + 2]) lid();
if (part == "board") board_dummy();
