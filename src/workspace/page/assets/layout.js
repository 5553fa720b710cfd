const NARROW = matchMedia('(max-width: 1099px)');
const KEY = 'workspace-tools';

/**
 * Which side columns are open. On a wide screen the tools stand beside the channel and are remembered; on a narrow one both columns lie
 * over it, and only one at a time.
 */
export function createLayout(changed) {
  let toolsOpen = !NARROW.matches && remembered();
  let sidebarOpen = false;
  NARROW.addEventListener('change', () => {
    toolsOpen = !NARROW.matches && remembered();
    sidebarOpen = false;
    changed();
  });

  return {
    state: () => ({ toolsOpen, sidebarOpen, narrow: NARROW.matches }),
    closeSidebar: () => {
      sidebarOpen = false;
    },
    toggleSidebar: () => {
      sidebarOpen = !sidebarOpen;
      toolsOpen = toolsOpen && !NARROW.matches;
      changed();
    },
    toggleTools: () => {
      toolsOpen = !toolsOpen;
      sidebarOpen = false;
      if (!NARROW.matches) remember(toolsOpen);
      changed();
    },
  };
}

// A browser may refuse storage altogether; then the column is simply open after a reload.
function remembered() {
  try {
    return localStorage.getItem(KEY) !== 'closed';
  } catch {
    return true;
  }
}

function remember(open) {
  try {
    localStorage.setItem(KEY, open ? 'open' : 'closed');
  } catch {
    // Nothing to do: see remembered().
  }
}
