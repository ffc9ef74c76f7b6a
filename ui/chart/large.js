// In lecture mode a plot is drawn narrower and set larger, so that its letters carry to the last row.

const enlarged = (plot) => Number(getComputedStyle(plot).getPropertyValue("--bf-large")) || 1;

function enlarge(plot) {
  const large = enlarged(plot);
  plot.style.transform = large > 1 ? `scale(${large})` : "";
  plot.style.width = large > 1 ? `${100 / large}%` : "";
}

function makeRoom(plot) {
  const large = enlarged(plot); // what is set larger takes no more room by itself
  plot.style.marginBottom = large > 1 ? `${Math.round((large - 1) * plot.offsetHeight)}px` : "";
}
